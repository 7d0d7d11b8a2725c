"""Opening a recording: its content says whether libsndfile or PyAV decodes it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from evenvoice.audio.media import can_read, open_media
from evenvoice.audio.sndfile import UnreadableError, open_sndfile
from evenvoice.audio.sniff import sniff
from evenvoice.audio.sound import Sound
from evenvoice.audio.source import Source
from evenvoice.errors import AudioError

# No sound card and no file format goes beyond; speech at less has no vowels left.
_LOWEST_RATE, _HIGHEST_RATE = 1000, 1_000_000
_CHANNELS = 64


@contextmanager
def open_sound(source: Source) -> Iterator[Sound]:
    """Open a recording with libsndfile, or with PyAV where that reads it.

    Raises:
        AudioError: It is of no known format, cut short, damaged, or has an impossible rate or number of channels.
    """
    reader, kind = sniff(source)
    with ExitStack() as stack:
        if reader == "media":
            sound = stack.enter_context(open_media(source, kind))
        else:
            try:
                sound = stack.enter_context(open_sndfile(source, kind))
            except UnreadableError as error:
                sound = _try_media(stack, source, kind, error.line(source))
        yield _checked(sound, source)


def _try_media(stack: ExitStack, source: Source, kind: str, otherwise: AudioError) -> Sound:
    """Open with PyAV what libsndfile could not; where that cannot either, say what libsndfile said."""
    if can_read(kind):
        try:
            return stack.enter_context(open_media(source, kind))
        except AudioError as error:
            raise otherwise from error
    raise otherwise


def _checked(sound: Sound, source: Source) -> Sound:
    """Raise for a rate or a number of channels that no recording has."""
    if not _LOWEST_RATE <= sound.rate <= _HIGHEST_RATE:
        raise source.refuse(
            f"a sample rate of {sound.rate} Hz, expected {_LOWEST_RATE} to {_HIGHEST_RATE}",
            "write the rate it was recorded at into its header",
        )
    if not 1 <= sound.channels <= _CHANNELS:
        raise source.refuse(f"{sound.channels} channels, expected at most {_CHANNELS}", "keep the ones with speech")
    return sound

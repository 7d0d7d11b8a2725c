"""``evenvoice cache``: the features that are kept on disk."""

from __future__ import annotations

from evenvoice.cli.strict import Commands

app = Commands(help="The cache of features.", no_args_is_help=True)


@app.command()
def clear() -> None:
    """Delete all cached features; they are made again when they are needed."""
    from evenvoice.features import clear_cache

    files, size = clear_cache()
    print(f"deleted {files} files, {size / 1e6:.1f} MB")

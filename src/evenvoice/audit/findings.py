"""What an audit finds: a code, a severity, the evidence and the remedy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from evenvoice.tables import count

Severity = Literal["leak", "refused", "warning"]

# Evidence on a terminal; JSON has all of it.
_SHOWN = 5


@dataclass(frozen=True)
class Kind:
    """A kind of finding.

    Attributes:
        code: What scripts match: ``duplicate-across-speakers``.
        severity: ``leak``: a figure measured with it is, or will be, too high. ``refused``: what is compared cannot be
            compared. ``warning``: a figure may be too high.
        title: What is wrong, in one line.
        remedy: What to do about it.
    """

    code: str
    severity: Severity
    title: str
    remedy: str


@dataclass(frozen=True)
class Finding:
    """One thing that was found.

    Attributes:
        kind: Which kind.
        message: What was found here, with its counts, in one line.
        evidence: Files, utterances or values, as many as there are.
    """

    kind: Kind
    message: str
    evidence: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return what ``--json`` prints of it."""
        return {
            "code": self.kind.code,
            "severity": self.kind.severity,
            "title": self.kind.title,
            "message": self.message,
            "evidence": list(self.evidence),
            "remedy": self.kind.remedy,
        }


@dataclass(frozen=True)
class Audit:
    """The outcome of an audit.

    Attributes:
        subject: What was audited, in words.
        findings: Leaks first, then what is refused.
        checked: What was looked for, a line each; what could not be looked for says why.
        facts: Numbers that are not findings, by name.
    """

    subject: str
    findings: tuple[Finding, ...]
    checked: tuple[str, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls, subject: str, findings: Iterable[Finding], checked: Iterable[str], facts: Mapping[str, Any] | None = None
    ) -> Audit:
        """Put leaks first, then what is refused; else the order found."""
        order: tuple[Severity, ...] = ("leak", "refused", "warning")
        ordered = sorted(findings, key=lambda finding: order.index(finding.kind.severity))
        return cls(subject, tuple(ordered), tuple(checked), dict(facts or {}))

    @property
    def leaks(self) -> tuple[Finding, ...]:
        """The findings of severity ``leak``."""
        return self._of("leak")

    @property
    def refused(self) -> tuple[Finding, ...]:
        """The comparisons that cannot be made."""
        return self._of("refused")

    def _of(self, severity: Severity) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.kind.severity == severity)

    @property
    def codes(self) -> set[str]:
        """The codes found."""
        return {finding.kind.code for finding in self.findings}

    def to_json(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        return {
            "subject": self.subject,
            "leaks": len(self.leaks),
            "refused": len(self.refused),
            "warnings": len(self._of("warning")),
            "findings": [finding.to_json() for finding in self.findings],
            "checked": list(self.checked),
            "facts": dict(self.facts),
        }

    def as_text(self) -> str:
        """Return the audit for a terminal: each finding with its first evidence and its remedy, then what was checked.

        Examples:
            >>> kind = Kind("shared-speaker", "leak", "A speaker is in two parts", "split by speaker")
            >>> found = Finding(kind, "speaker 03 in train and test", ("03",))
            >>> print(Audit.of("split", [found], ["speakers"]).as_text())
            split: 1 leak, 0 warnings
            <BLANKLINE>
            LEAK shared-speaker: A speaker is in two parts
              speaker 03 in train and test
                03
              Remedy: split by speaker
            <BLANKLINE>
            Checked: speakers.
        """
        refused = [f"{count(len(self.refused), 'comparison')} refused"] if self.refused else []
        counts = [count(len(self.leaks), "leak"), *refused, count(len(self._of("warning")), "warning")]
        lines = [f"{self.subject}: {', '.join(counts)}"]
        for finding in self.findings:
            kind = finding.kind
            lines += ["", f"{kind.severity.upper()} {kind.code}: {kind.title}", f"  {finding.message}"]
            lines += [f"    {line}" for line in finding.evidence[:_SHOWN]]
            if len(finding.evidence) > _SHOWN:
                lines.append(f"    … and {len(finding.evidence) - _SHOWN} more (--json lists all)")
            lines.append(f"  Remedy: {kind.remedy}")
        for name, value in self.facts.items():
            lines += ["", f"{name}: {value}"] if name == next(iter(self.facts)) else [f"{name}: {value}"]
        return "\n".join([*lines, "", f"Checked: {'; '.join(self.checked)}."])


def some(values: Iterable[object], shown: int = 3, joined: str = ", ") -> str:
    """Return the first values, and how many there are where these are not all.

    Examples:
        >>> some("abc"), some("abcde")
        ('a, b, c', 'a, b, c, … (5 in all)')
    """
    listed = [str(value) for value in values]
    rest = [f"… ({len(listed)} in all)"] if len(listed) > shown else []
    return joined.join([*listed[:shown], *rest])

"""Two looks: daylight for most, high contrast for who needs it."""

from __future__ import annotations

from textual.theme import Theme

DEFAULT = "default"
CONTRAST = "contrast"


def themes() -> tuple[Theme, Theme]:
    """The themes to register, the default one first."""
    return (
        Theme(
            name=DEFAULT,
            dark=False,
            primary="#1B4F8F",
            secondary="#2F6F8F",
            accent="#B5541C",
            success="#1E7A3E",
            warning="#A85B00",
            error="#B3261E",
            foreground="#17222E",
            background="#F4F6F9",
            surface="#FFFFFF",
            panel="#DFE6EF",
            variables={
                "foreground-on-primary": "#FFFFFF",
                "quiet": "#52606E",
                "tone-later": "#5B4A8C",
                "tone-stop": "#46505C",
            },
        ),
        Theme(
            name=CONTRAST,
            dark=True,
            primary="#FFD800",
            secondary="#FFFFFF",
            accent="#FFD800",
            success="#3DFF7A",
            warning="#FFB000",
            error="#FF8080",
            foreground="#FFFFFF",
            background="#000000",
            surface="#000000",
            panel="#1A1A1A",
            variables={
                "foreground-on-primary": "#000000",
                "quiet": "#FFFFFF",
                "tone-later": "#C9B8FF",
                "tone-stop": "#D0D0D0",
            },
        ),
    )

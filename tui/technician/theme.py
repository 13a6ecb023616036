"""Dark, in colours of the 256 that nearly every terminal has; sixteen are enough to tell them."""

from __future__ import annotations

from textual.theme import Theme

NAME = "technician"


def technician_theme() -> Theme:
    """The theme to register."""
    return Theme(
        name=NAME,
        dark=True,
        primary="#5FAFFF",
        secondary="#87AFD7",
        accent="#5FD7D7",
        success="#5FD75F",
        warning="#FFD75F",
        error="#FF5F5F",
        foreground="#E4E4E4",
        background="#121212",
        surface="#121212",
        panel="#303030",
        variables={
            "quiet": "#9E9E9E",
            "block-cursor-background": "#3A3A3A",
            "block-cursor-foreground": "#FFFFFF",
            "block-cursor-blurred-background": "#303030",
            "block-cursor-blurred-foreground": "#FFFFFF",
        },
    )

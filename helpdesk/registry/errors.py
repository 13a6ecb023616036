"""What can be wrong with a row of a registry file, or with a row of the registry."""

from __future__ import annotations

from helpdesk.errors import HelpdeskError


class RowError(HelpdeskError):
    """One row of a file is refused; `params["column"]` names the column where there is one.

    Nothing of the row's content is in it.
    """


class TableError(HelpdeskError):
    """A file that holds no registry table, or one beyond the limits."""


class RegistryError(HelpdeskError):
    """The registry itself cannot answer: a row that cannot be opened, or was tampered with."""

"""Workbooks that a stranger might hand in, each a few kilobytes to two megabytes long."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

_SCHEMAS = "http://schemas.openxmlformats.org"
_TYPES = f"""<?xml version="1.0"?><Types xmlns="{_SCHEMAS}/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/></Types>"""
_RELS = """<?xml version="1.0"?><Relationships xmlns="{schemas}/package/2006/relationships">
<Relationship Id="rId1" Type="{schemas}/officeDocument/2006/relationships/{type}"
 Target="{target}"/></Relationships>"""
_WORKBOOK = f"""<?xml version="1.0"?><workbook xmlns="{_SCHEMAS}/spreadsheetml/2006/main"
 xmlns:r="{_SCHEMAS}/officeDocument/2006/relationships">
<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>"""
SHEET = """<?xml version="1.0"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<sheetData>{rows}</sheetData></worksheet>"""


def workbook(path: Path, sheet: bytes, more: Mapping[str, bytes] | None = None) -> Path:
    """A workbook whose one sheet is these bytes."""
    parts = {
        "[Content_Types].xml": _TYPES.encode(),
        "_rels/.rels": _relation("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": _WORKBOOK.encode(),
        "xl/_rels/workbook.xml.rels": _relation("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": sheet,
        **(more or {}),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def _relation(kind: str, target: str) -> bytes:
    return _RELS.format(schemas=_SCHEMAS, type=kind, target=target).encode()


def sparse(path: Path, *cells: str) -> Path:
    """One value in each of these cells, and nothing between them."""
    rows = "".join(
        f'<row r="{cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}"><c r="{cell}"><v>1</v></c></row>'
        for cell in cells
    )
    return workbook(path, SHEET.format(rows=rows).encode())

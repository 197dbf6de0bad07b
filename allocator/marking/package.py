"""A workbook whose parts can be changed and added; every other part keeps its bytes."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from typing import Any

from lxml import etree

from allocator.instance.workbook_parts import KINDS, MAIN, PACKAGE, Book, Damage

TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
TYPES_PART = "[Content_Types].xml"

SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"


def stored(text: str) -> str:
    """A text as a workbook stores it: what looks like an escape of a character is escaped itself."""
    return re.sub("_(x[0-9A-Fa-f]{4}_)", r"_x005F_\1", text)


class Editor:
    """The parts of a workbook: read when they are wanted, written when they were changed."""

    def __init__(self, container: zipfile.ZipFile) -> None:
        self.container = container
        self.book = Book(container)
        self.names = {_key(entry.filename): entry.filename for entry in container.infolist()}
        self.trees: dict[str, Any] = {}
        self.changed: set[str] = set()
        self.main = self.tree(self.book.main)
        self.space = etree.QName(self.main).namespace
        self.kind = KINDS[MAIN.index(self.space)]

    def tree(self, part: str) -> Any:
        """The root element of a part, to be read.

        Raises
        ------
        Damage
            The part is not sound XML, or has a document type declaration.
        """
        key = _key(part)
        if key not in self.trees:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, strip_cdata=False)
            try:
                root = etree.fromstring(self.container.read(self.names[key]), parser)
            except (etree.XMLSyntaxError, KeyError) as error:
                raise Damage(f"the part {part}, which is not sound XML ({error})") from None
            if root.getroottree().docinfo.doctype:
                raise Damage(f"the part {part} with a document type declaration")
            self.trees[key] = root
        return self.trees[key]

    def edit(self, part: str) -> Any:
        """The root element of a part, to be changed: the part is written anew."""
        self.changed.add(_key(part))
        return self.tree(part)

    def has(self, part: str) -> bool:
        """Whether there is such a part."""
        return _key(part) in self.names

    def add(self, part: str, root: Any, content_type: str) -> None:
        """Add a part, or replace it; its type goes into the list of types."""
        self.names.setdefault(_key(part), part)
        self.trees[_key(part)] = root
        self.changed.add(_key(part))
        types = self.edit(TYPES_PART)
        ending = part.rpartition(".")[2]
        if ending == "vml":
            if not any(e.get("Extension", "").lower() == "vml" for e in types.iter(f"{{{TYPES}}}Default")):
                types.insert(0, types.makeelement(f"{{{TYPES}}}Default", Extension="vml", ContentType=content_type))
            return
        name = f"/{part}"
        if not any(e.get("PartName", "").lower() == name.lower() for e in types.iter(f"{{{TYPES}}}Override")):
            etree.SubElement(types, f"{{{TYPES}}}Override", PartName=name, ContentType=content_type)

    def related(self, source: str, kind: str) -> str | None:
        """The part of a kind that a part refers to."""
        if not self.has(_rels(source)):
            return None
        found = self.tree(_rels(source)).iter(f"{{{PACKAGE[0]}}}Relationship")
        wanted = next((e for e in found if e.get("Type", "").rpartition("/")[2] == kind), None)
        return None if wanted is None else _target(source, wanted.get("Target", ""))

    def relations(self, source: str) -> dict[str, str]:
        """Identity -> part of everything that a part refers to."""
        if not self.has(_rels(source)):
            return {}
        found = self.tree(_rels(source)).iter(f"{{{PACKAGE[0]}}}Relationship")
        return {e.get("Id", ""): _target(source, e.get("Target", "")) for e in found}

    def relate(self, source: str, kind: str, part: str) -> str:
        """Refer from one part to another; returns the identity of the reference."""
        rels = _rels(source)
        if not self.has(rels):
            self.names[_key(rels)] = rels
            self.trees[_key(rels)] = etree.Element(f"{{{PACKAGE[0]}}}Relationships", nsmap={None: PACKAGE[0]})
        root = self.edit(rels)
        taken = {e.get("Id") for e in root}
        identity = next(f"rIdMark{i}" for i in range(1, len(taken) + 2) if f"rIdMark{i}" not in taken)
        target = f"/{part}"
        etree.SubElement(root, f"{{{PACKAGE[0]}}}Relationship", Id=identity, Type=f"{self.kind}/{kind}", Target=target)
        return identity

    def free(self, pattern: str) -> str:
        """A name of a part that is not taken; ``pattern`` has a place for a number."""
        return next(name for i in range(1, 100_000) if not self.has(name := pattern.format(i)))

    def packed(self) -> bytes:
        """The whole workbook."""
        out = io.BytesIO()
        left = {key: self.trees[key] for key in self.trees if key in self.changed}
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for entry in self.container.infolist():
                root = left.pop(_key(entry.filename), None)
                content = self.container.read(entry) if root is None else _bytes(root)
                packed.writestr(entry, content, compress_type=zipfile.ZIP_DEFLATED)
            for key, root in left.items():
                packed.writestr(self.names[key], _bytes(root))
        return out.getvalue()


def _bytes(root: Any) -> bytes:
    content: bytes = etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8", standalone=True)
    return content


def _key(part: str) -> str:
    return part.replace("\\", "/").lstrip("/").lower()


def _rels(source: str) -> str:
    folder, name = posixpath.split(source)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _target(source: str, target: str) -> str:
    target = target.replace("\\", "/")
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(source), target)).lstrip("/")

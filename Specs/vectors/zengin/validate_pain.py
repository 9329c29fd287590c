#!/usr/bin/env python3
"""Checks pain.001 documents against the official schema, and what a schema cannot say: counts and control sums.

Usage: validate_pain.py SCHEMA.xsd DOCUMENT.xml...        Needs lxml from PyPI.
The schema pain.001.001.03.xsd is published by ISO 20022; the PyPI package sepaxml has a copy in sepaxml/schemas/.
"sepaxml" in the place of SCHEMA.xsd stands for the copy in the installed package.
Exit status 1 and a line a finding if a document is not valid.
"""
import importlib.util
import pathlib
import sys

from lxml import etree

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"


def schema_path(argument):
    if argument != "sepaxml":
        return pathlib.Path(argument)
    found = importlib.util.find_spec("sepaxml")
    if found is None:
        sys.exit("sepaxml is not installed; pip install sepaxml, or name the schema's file")
    return pathlib.Path(found.origin).parent / "schemas" / "pain.001.001.03.xsd"


def findings(schema, path):
    try:
        document = etree.parse(path, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except etree.XMLSyntaxError as error:
        return [f"is no XML: {error}"]
    if not schema.validate(document):
        return [f"line {entry.line}: {entry.message}" for entry in schema.error_log]
    found = []
    names = {"p": NAMESPACE}
    amounts = [int(each.text) for each in document.iterfind(".//p:InstdAmt", names)]
    for holder in [".//p:GrpHdr", ".//p:PmtInf"]:
        count = document.findtext(f"{holder}/p:NbOfTxs", namespaces=names)
        total = document.findtext(f"{holder}/p:CtrlSum", namespaces=names)
        if (count, total) != (str(len(amounts)), str(sum(amounts))):
            found.append(f"{holder}: says {count} transfers of {total}, but holds {len(amounts)} of {sum(amounts)}")
    references = [each.text for each in document.iterfind(".//p:EndToEndId", names)]
    if len(set(references)) != len(references):
        found.append("an EndToEndId stands twice")
    return found


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    schema = etree.XMLSchema(etree.parse(schema_path(sys.argv[1])))
    bad = False
    for path in sys.argv[2:]:
        found = findings(schema, path)
        bad = bad or bool(found)
        for finding in found:
            print(f"{path}: {finding}")
        if not found:
            print(f"{path}: valid")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

"""Parses a screen and evaluates precompiled XPaths, a round for each line read; prints processor times in nanoseconds."""

import json
import sys
import time
from pathlib import Path

from lxml import etree

folder = Path(sys.argv[1])
screen = (folder / "screen.xml").read_bytes()
queries = [etree.XPath(query["xpath"]) for query in json.loads((folder / "queries.json").read_text())]

tree = etree.fromstring(screen)
print(json.dumps([len(query(tree)) for query in queries]), flush=True)
for _ in sys.stdin:
    begun = time.process_time_ns()
    tree = etree.fromstring(screen)
    parsed = time.process_time_ns()
    for query in queries:
        query(tree)
    ended = time.process_time_ns()
    print(json.dumps([parsed - begun, ended - parsed]), flush=True)

import base64
import gzip
import json
import re

from report.html.lazy import PARTS, packs


def test_parts_can_be_unpacked_by_their_number() -> None:
    parts = [f"<p>例 {number}</p>" for number in range(2 * PARTS + 1)]
    found = dict(re.findall(r'id="pack-(\d+)">([^<]+)</script>', packs(parts)))
    assert list(found) == ["0", "1", "2"]
    lists = [json.loads(gzip.decompress(base64.b64decode(pack))) for pack in found.values()]
    assert [part for each in lists for part in each] == parts


def test_no_parts_are_no_packs() -> None:
    assert packs([]) == ""

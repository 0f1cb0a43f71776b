from time import process_time
from urllib.parse import quote, quote_plus

import pytest

from module3.injections import injections

SCRIPTS = [
    "<script>alert(1)</script>",
    "<ScRiPt>console.log('x');</sCrIpT>",
    "<scr<script>ipt>alert(1)</script>",
    "<script/src=//192.0.2.7/x.js>",
    "<img src=x onerror=alert(1)>",
    '<IMG SRC=1 ONERROR="alert(1)">',
    "<svg/onload=alert(1)>",
    "<svg\n\tonload\n=confirm(1)>",
    "<body onpageshow=x()>",
    "<details/open/ontoggle=prompt`1`>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus=alert(1) x='",
    "javascript:alert(document.domain)",
    "<a href=javascript:eval(name)>x</a>",
    "<b/alert(1)>",
    "<style>x</style><b>'+document.cookie",
    "javascript:document.write(1)",
    '" onanimationstart=x() style="',
    "';alert(1)//",
    '"-confirm`1`-"',
    '\\";alert(1);//',
]
SQL = [
    "' or '1'='1",
    "%' or '0'='0",
    "' OR 1=1#",
    "admin' or 1=1 -- ",
    "1 or 1=1",
    '" or ""="',
    "') or ('a'='a",
    "admin'--",
    "admin' #",
    "1' and 1=1#",
    "1 AND 4567=4568",
    "1' AND SLEEP(5)-- abcd",
    "1' order by 3#",
    "1 ORDER BY 3-- -",
    "1' union select null, version() #",
    "%' or 0=0 union select null, user() #",
    "1/**/UNION/**/ALL/**/SELECT/**/1,2,3",
    "-1 union select table_name from information_schema.tables",
    "1 AND (SELECT 8041 FROM (SELECT(SLEEP(5)))x)",
    "1 AND EXTRACTVALUE(1,CONCAT(0x5c,0x71))",
    "1' AND ORD(MID((SELECT IFNULL(CAST(DATABASE() AS NCHAR),0x20)),1,1))>64",
    "1'; WAITFOR DELAY '0:0:5'--",
    "1; drop table users",
    "(SELECT CONCAT(0x71,(SELECT (ELT(5=5,1))),0x71))",
    "x' || (select 1 from dual) || '",
    "' and username like 'a%",
    "1' into outfile '/tmp/x'#",
    "' or true --",
    "admin' -- -",
    "admin'--+",
    "admin')) -- abcd",
    "' or 1 limit 1;#",
    "' or 'something' like 'some%",
    "' or 2 between 1 and 3",
    "1 and 5=5",
    "1 and 5 is not null",
    "' or 3 in (3)",
    '" and "abcd"="abcd',
    '1" and "wxyz" like "%wxyz%',
    "1 and 'abcd'=repeat(char(1),2)",
    "1 and exists(select * from users)",
    "1-sleep(5)",
    "1 or sleep(5)#",
    "1) (case when (1=1) then sleep(5) else 1 end)",
    "1 and user()='root'",
]
ORDINARY = [
    "union select committee of 1815",
    "cheap and 2 for 1",
    "O'Brien and Sons",
    "it's -- as they say -- fine",
    "rock 'n' roll or jazz",
    "order by phone",
    "select all that apply",
    "SELECT a, b FROM t UNION SELECT 1, 2 FROM information_schema.tables",
    "STATE='CA' AND COUNTY='Kern'",
    "1=1",
    "price lt 5 and name eq 'x'",
    "javascript:void(0)",
    "a < b and c > d once = more",
    "<p>hello</p><a href='x'>y</a>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "description of a script",
    "10 and under",
    "5 or 6",
    "C# and F#",
    "'origin=here'",
    "vector(1)=2",
    'say "hello" or "bye"',
    "{'a': 1, 'b': 'or'}",
    "2020-01-01T00:00:00 - 2021",
    "Don't forget (maybe) -- Ann",
    "https://example.com/?q='x'#top",
    'project = X AND "Epic Link" = "X-1" OR "cf[1]" is EMPTY AND "Story Points" > 3',
    '"STATE" = \'CA\' AND "POP" > 1000',
    "contains(Name,'a') or length(Name) gt 5 and substring(trim(Name),1,2) eq 'lf'",
    'up{job="a"} and count(up) > 5 or count(x{a="b"})',
    "one or 2 is enough, and 1 is better, or 20 like that",
    "the dogs' and it is nice, the kids' and we like it",
    "Film and cast (2020), width and length (cm)",
    "REM sleep (8 hours)",
    "from time import sleep; time.sleep(5); sleep(5)",
    "a||0>b.indexOf(c)&&0<b.length",
    "javascript:document.forms[0].submit()",
    "javascript:document.getElementById('x').click()",
    "javascript:confirmDelete('12')",
    'pipe 6" or 8',
    "kids' and 10",
    '1/4" #10 bolt',
    "my parents' #love",
]


def in_query(text: str) -> tuple[int, int]:
    return injections(b"/page?id=" + quote_plus(text).encode() + b"&Submit=Submit", b"")


@pytest.mark.parametrize("text", SCRIPTS)
def test_scripts(text: str) -> None:
    script, sql = in_query(text)
    assert script
    assert not sql


@pytest.mark.parametrize("text", SQL)
def test_sql(text: str) -> None:
    script, sql = in_query(text)
    assert sql
    assert not script


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_texts(text: str) -> None:
    assert in_query(text) == (0, 0)
    assert injections(b"/search", b"text=" + quote_plus(text).encode()) == (0, 0)


CODE = "<script>alert(' or 1=1#)</script>"
TWICE = quote(quote(CODE))
PART = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'


@pytest.mark.parametrize(
    ("target", "body"),
    [
        (f"/?a={quote(CODE)}", ""),
        (f"/?a=1&b=2&c={TWICE}", ""),
        (f"/?a={CODE}", ""),
        (f"/page/{quote(CODE)}", ""),
        (f"/?{quote(CODE)}=1", ""),
        ("/", f"a=1&b={quote_plus(CODE)}"),
        ("/", f"a=1&b={TWICE}"),
        ("/", f'{{"a": {{"b": ["{CODE}"]}}}}'),
        ("/", '{"a": "\\u003Cscript\\u003ealert(\\u0027 or 1=1#)"}'),
        ("/", f"{PART}{CODE}\r\n--x--"),
        ("/", f"{PART}1\r\n{PART}{CODE}"),
    ],
    ids=[
        "query",
        "query, twice",
        "plain query",
        "path",
        "name",
        "form",
        "form, twice",
        "JSON",
        "escaped JSON",
        "part of a form",
        "cut part of a form",
    ],
)
def test_where_code_may_be(target: str, body: str) -> None:
    assert all(injections(target.encode(), body.encode()))


@pytest.mark.parametrize(
    "statement",
    ["SELECT a FROM t WHERE b=5 GROUP BY 1 ORDER BY 1", "\n select 1 from t where a=1 or 1=1"],
)
def test_whole_statements_to_databases(statement: str) -> None:
    assert injections(b"/", statement.encode()) == (0, 0)
    assert injections(b"/?query=" + quote(statement).encode(), b"") == (0, 0)


def test_long_texts_in_json_are_no_probes_and_the_next_ones_are_read() -> None:
    page = f'{"x" * 1000}<a href=\\"x\\">y</a>{CODE}'
    assert injections(b"/", f'{{"page": "{page}", "name": "b"}}'.encode()) == (0, 0)
    assert all(injections(b"/", f'{{"page": "{page}", "name": "{CODE}"}}'.encode()))


def test_pages_that_are_uploaded() -> None:
    page = "<html>\r\n\r\n<script>alert(1)</script>"
    assert injections(b"/index.html", page.encode()) == (0, 0)
    part = PART.replace('"a"', '"a"; filename="a.html"')
    assert injections(b"/upload", f"{PART}b\r\n{part}{page}".encode()) == (0, 0)
    assert injections(b"/upload", f"{part}{page}\r\n{PART}{CODE}".encode()) != (0, 0)


def test_numbers_tell_different_code_apart() -> None:
    first, again, other = (in_query(f"' or {number}=1#") for number in (1, 1, 2))
    assert first == again != other


@pytest.mark.parametrize("code", ["<script>a</script>", "<img src=x onerror=a()>"])
def test_a_text_around_a_script_makes_no_other_number(code: str) -> None:
    assert in_query(code) == in_query(f"Hello {code} and more") != in_query(code.replace("a", "b"))


def test_words_behind_a_cookie_make_no_other_number() -> None:
    first, other = in_query("document.cookie"), in_query("'+document.cookie+'")
    assert in_query("how to set document.cookie in c") == first != other


def test_long_texts_are_no_probes() -> None:
    assert in_query("x" * 900 + "<script>")[0]
    assert in_query("x" * 1000 + "<script>") == (0, 0)


LONG = ("<", "<a ", "' or ", "1 ", "javascript:", "(", "'", "union select ", "on", "<a/", "or 1")
LONGER = (*LONG, "or '", "\\", "' ", "%25", "/*", "1 or (((( ", "' onerror ", "'||", "a&", "<a'")


@pytest.mark.parametrize("piece", LONGER)
def test_no_text_takes_long(piece: str) -> None:
    text = piece * (990 // len(piece))
    begin = process_time()
    for _ in range(10):
        injections(b"/?a=" + text.encode(), b"a=" + text.encode())
    assert process_time() - begin < 0.5


@pytest.mark.parametrize("piece", ['\\"', '"a\\', '<a \\"'])
def test_no_json_takes_long(piece: str) -> None:
    body = b'{"a": "' + piece.encode() * (4000 // len(piece))
    begin = process_time()
    for _ in range(10):
        injections(b"/", body)
    assert process_time() - begin < 0.1

"""The forms of lines for the user on standard error, so that they can be said in another language.

Rooms below know no languages: their messages are English and matched here as the sentences of a
document are. ``{message}`` is a line of these forms itself; a line that fits none stays as it is.
"""

from __future__ import annotations

from typing import Final

MESSAGE: Final = "message"

# Of a whole line, or of what stands before them.
ADDED: Final = (
    "{message}; going on without it",
    "{message}; nothing was learned",
    "{message}; its flows are not classified",
    "{message}; the builtin engine takes over",
    "{message} (and {count} more that cannot be read)",
)
DONE: Final = (
    "wrote the logs of {what} to {path}",
    "wrote {what} and summary.csv to {path}",
    "wrote {what} to {path}",
    "stopped after {done} of {what}; the same command with --resume does the rest",
    "stopped; what was under way is not in any result",
    "stopped before there was an answer",
    "looking at {what}: {names}",
    "{step} {module}: done",
)
READ: Final = (
    "{path}: the same bytes as {other}; counted once",
    "{path}: connections that {other} has too: {count}; counted once",
    "connections that go on in another capture and count as two: {count}; put the captures"
    " together first, with mergecap -w WHOLE.pcap",
    "{path}: no {log}.log, so no TLS can be seen in it",
    "{path}: no {log}.log, so sizes, durations and times between connections are unknown",
    "{path}: no {log}.log, so certificates are known only as far as ssl.log tells",
    "{path}: no module3, so no attack classes; train module3",
    "no model of conversations in {path}, so they are not assessed; {hint}",
    "{path}: left out, logs do not hold the packets that flows are made of",
    "{path}: zeek took {seconds} s for {packets} packets; --engine builtin would take about "
    "{expected} s, {times} times as fast",
    "{path}: skipped {what}",
)
UNREADABLE: Final = (
    "no capture and no Zeek logs in {places}; put a .pcap file there",
    "no capture and no Zeek logs in {places}",
    "no capture in {places}",
    "no capture to look at: put a .pcap file into {places}",
    "{path}: the file is empty; nothing to analyse",
    "{path}: not a capture (it looks like text); give a pcap or pcapng file, plain, .gz or .zst",
    "{path}: not a capture; give a pcap or pcapng file, plain, .gz or .zst",
    "{path}: not a capture but {what}",
    "{path}: a capture cut off within its file header; nothing to analyse",
    "{path}: a Zeek log; name the folder that holds it",
    "{path}: a pipe or device, which can be read only once; write it to a file first",
    "{path}: expands to more than {size} bytes, like a decompression bomb; if you trust it, allow "
    "more with --decompression-limit",
    "{path}: {reason}; check the path and its permissions",
    "{path}: internal error, please report it ({what})",
)
WRONG: Final = (
    "{path}: cannot be written ({reason})",
    "{path}: cannot be read ({reason})",
    "{path}: cannot be made ({reason})",
    "standard output cannot be written (it was closed)",
    "standard output cannot be written ({reason})",
    "{path}: is a capture, not to be overwritten; write --json - for standard output",
    "{one} and {other} cannot both go to standard output; name a file",
    "{one} and {other} cannot both be written to {path}; name two files",
    "{text} is no IP address",
    "{path}: is an input, not to be overwritten; name another file",
    "{path}: is a Zeek log, not to be overwritten; write --json - for standard output",
    "{path}: is a Zeek log, not to be overwritten; name another file",
    "{path}: is a capture, not to be overwritten; name another file",
    "{path}: its logs are an input, not to be overwritten; name another folder with --out",
    "{path}: not this program's as far as can be told, so not overwritten; name"
    " another folder with --out",
    "{path}: the same captures as {other}; counted once",
    "{path}: some captures are in {other} too; their servers may count more than once",
    "{address}: a client; these are its servers, judged by all their clients",
    "{address}: no such address in the documents; ask their captures: {command}",
    "zeek is not on PATH; install it, or choose the builtin engine",
    "{path}: the certificate database is empty",
    "{path}: the certificate database cannot be opened or written here; name another file with "
    "--certificates",
    "{path}: another program is using the certificate database; try again when it has ended",
    "{path}: not a certificate database, or a damaged one ({why}); restore or remove the file",
    "{text} is no fingerprint: give at least its first six hexadecimal digits",
    "{what} in the database with a fingerprint that begins with {digits}; see: python project.py "
    "certs list",
)
ANSWERS: Final = (
    "{address} is in no capture",
    "{address} has no TLS connection",
    "TLS servers with most connections:",
    "no TLS server is in any capture",
)
# What a scan says of one capture; the last one, since it fits nearly all.
OF_ONE: Final = ("{name}: {message}",)
NOTICES: Final = (*ADDED, *DONE, *READ, *UNREADABLE, *WRONG, *ANSWERS, *OF_ONE)

_PLACE: Final = "{path}: "
# Why an input was not read, as it stands in a document: beside the path, not behind it.
UNREAD: Final = tuple(form.removeprefix(_PLACE) for form in UNREADABLE if form.startswith(_PLACE))
# Why something was skipped; other reasons are names of protocols.
SKIPPED: Final = (
    "not IP (other EtherTypes)",
    "not IP ({what})",
    "other link types not supported",
    "link type named in a PPI or PKTAP header not supported",
    "link type {what} not supported",
    "link-layer header cut off",
    "bad link-layer header",
    "IP header cut off",
    "bad IP header length",
    "IP packet longer than its frame",
    "bad IP version",
    "too many IPv6 extension headers",
    "IP fragment not wholly captured",
    "IP fragment beyond the longest packet",
    "fragment of an IP packet that was never complete",
    "transport header cut off",
    "bad TCP header length",
    "headers nested too deeply",
    "link-layer headers nested too deeply",
    "tunnel within too many tunnels",
    "tunnel with another length or IP version than its packet",
    "encrypted IEEE 802.11 frame",
    "cut off in mid-packet",
    "corrupt record header",
    "record header of zeros",
    "rest of the file not read: too many corrupt records",
    "compressed data damaged or cut off",
    "rest of the file not read: it became shorter meanwhile, or its disk failed",
    "only the time stamp, which is out of range",
    "read, but over a minute older than a packet before, which may cut connections; reordercap"
    " sorts captures",
    "packet of an interface that the file does not describe",
    "stream not read to its end: too much waits",
    "stream no longer put together: too many holes",
    "connection ended early: too many are open",
    "flow ended early: too many are open",
    "conversation judged early: too many are open",
)

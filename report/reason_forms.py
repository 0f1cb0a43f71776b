"""The forms of the sentences in a document, so that they can be said in another language.

A document keeps its reasons as English sentences. Each form is matched from its first word to its
last; the first that fits is the one. Tests hold them to the sentences that are really made.
"""

from __future__ import annotations

from typing import Final

PHRASE: Final = "phrase"
OF_ROW: Final = "evidence"

EVIDENCE: Final = (
    "self-signed certificate ({subject})",
    "default certificate of {kit} ({subject})",
    "certificate expired {time} before the capture",
    "certificate not valid until {time} after the capture",
    "certificate valid for over {bound} years ({years} years)",
    "the certificate is not for the name asked for (SNI {name})",
    "no connection names the server it wants (no SNI)",
    "no address record (A, AAAA) in the capture named {server}",
    "regular beacon every {period} s ± {deviation} s ({count} connections)",
    "outdated protocol {versions}",
    "certificate with a short key ({kind}, {length} bits)",
    "certificate with a weak signature ({signature})",
    "port {port}, which {what} is known to have used, between {first} and {second}",
    "further uses of ports that trojans are known to have used: {count}",
)
# Of one row of a target that has several; what is said of it is a sentence of those before.
OF_ROWS: Final = (
    "client {client}, port {port}: {evidence}",
    "client {client}: {evidence}",
    "server {server}, port {port}: {evidence}",
    "server {server}: {evidence}",
    "port {port}: {evidence}",
)
MATCHES: Final = (
    "{kind} {value} is known, confirmed by a person (this decides FINAL)",
    "{kind} {value} is known, confirmed by a person (a hint, no proof)",
    "{kind} {value} is known, imported: {note} (this decides FINAL)",
    "{kind} {value} is known, imported: {note} (a hint, no proof)",
    "{kind} {value} is known, imported (this decides FINAL)",
    "{kind} {value} is known, imported (a hint, no proof)",
    "{kind} {value} is known, learned in {capture} (a hint, no proof)",
    "{kind} {value} is known, learned (a hint, no proof)",
)
CONTRIBUTIONS: Final = (
    "{phrase}: {value} (neither 0% nor 100%, as {share} of normal servers; "
    "towards malicious, {amount} log-odds)",
    "{phrase}: {value} (neither 0% nor 100%, as {share} of normal servers; "
    "towards normal, {amount} log-odds)",
    "{phrase}: {value} (neither 0% nor 100%, as {share} of normal servers; "
    "towards malicious, {amount} probability)",
    "{phrase}: {value} (neither 0% nor 100%, as {share} of normal servers; "
    "towards normal, {amount} probability)",
    "{phrase}: {value} (neither 0% nor 100%, as {share} of normal connections; "
    "towards malicious, {amount} log-odds)",
    "{phrase}: {value} (neither 0% nor 100%, as {share} of normal connections; "
    "towards normal, {amount} log-odds)",
    "{phrase}: {value} ({share} of normal servers; towards malicious, {amount} log-odds)",
    "{phrase}: {value} ({share} of normal servers; towards normal, {amount} log-odds)",
    "{phrase}: {value} ({share} of normal servers; towards malicious, {amount} probability)",
    "{phrase}: {value} ({share} of normal servers; towards normal, {amount} probability)",
    "{phrase}: {value} ({share} of normal connections; towards malicious, {amount} log-odds)",
    "{phrase}: {value} ({share} of normal connections; towards normal, {amount} log-odds)",
    "{phrase}: {value} (usual: {low} to {high}; towards malicious, {amount} log-odds)",
    "{phrase}: {value} (usual: {low} to {high}; towards normal, {amount} log-odds)",
    "{phrase}: {value} (usual: {low} to {high}; towards malicious, {amount} probability)",
    "{phrase}: {value} (usual: {low} to {high}; towards normal, {amount} probability)",
    "{phrase}: {value} (usual: {low}; towards malicious, {amount} log-odds)",
    "{phrase}: {value} (usual: {low}; towards normal, {amount} log-odds)",
    "{phrase}: {value} (usual: {low}; towards malicious, {amount} probability)",
    "{phrase}: {value} (usual: {low}; towards normal, {amount} probability)",
    "{phrase}: {value} (towards malicious, {amount} log-odds)",
    "{phrase}: {value} (towards normal, {amount} log-odds)",
    "{phrase}: {value} (towards malicious, {amount} probability)",
    "{phrase}: {value} (towards normal, {amount} probability)",
)
LIMITS: Final = (
    "no certificate visible in {hidden} of {all} TLS connections (TLS 1.3 encrypts them; "
    "resumed sessions show none)",
    "no certificate visible in {hidden} of {all} TLS connections (TLS 1.3 encrypts them)",
    "no certificate visible in {hidden} of {all} TLS connections (resumed sessions show none)",
    "no certificate visible in {hidden} of {all} TLS connections",
    "only the server's direction was captured of {some} of {all} TLS connections",
    "{count} bytes of these connections are missing from the capture",
    "no conn log: sizes, durations and times between flows are unknown",
    "no TLS connection with {address} as server was seen",
    "no TLS connection with {address} as client was seen",
    "{address} is in no capture",
)
LOGINS: Final = (
    "{count} short SSH connections from {client} to {server} port {port}",
    "{count} FTP logins from {client} refused by {server} port {port}",
    "{count} HTTP requests of {client} refused by {server} port {port} (401)",
    "{count} refused SSH logins from {client} to port {port} of several servers",
    "{count} refused SSH logins from several clients to {server} port {port}",
)
REQUESTS: Final = (
    "{count} different requests with SQL injection from {client} to {server} port {port}",
    "{count} different requests with script injection from {client} to {server} port {port}",
    "{count} different passwords sent over HTTP by {client} to {server} port {port}",
)
VAIN_LOGINS: Final = (
    "{count} connections refused or unanswered, from {client} to {server} port {port}",
)
SCANS: Final = (
    "{client} tried {count} ports of {server}, {refused} of them refused or silent",
    "{client} tried port {port} of {count} servers, {refused} of them refused or silent",
)
REPEATED: Final = (*LOGINS, *REQUESTS, *VAIN_LOGINS, *SCANS)
FORMS: Final = (*EVIDENCE, *OF_ROWS, *REPEATED, *MATCHES, *CONTRIBUTIONS, *LIMITS)

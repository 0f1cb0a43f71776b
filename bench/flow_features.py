"""How fast the flow table is, and the cicflowmeter package on the same capture in the same run."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from rich.table import Table

from bench.against_peers import peer_table
from bench.contenders import Contender, flow_meter, flows_command
from bench.setting import Setting

_NAME: Final = "cicflowmeter"


def measure_flow_features(setting: Setting) -> Table:
    """Time flows and, where it is installed, cicflowmeter."""
    capture = setting.capture(setting.packets)
    ours = Contender("flows", "here", flows_command(capture.path, setting.folder))
    peer = flow_meter(capture.path, Path(setting.python).parent / _NAME, setting.folder)
    contenders = [ours, *([peer] if peer else [])]
    table = peer_table(capture, contenders, [setting.best(one.command) for one in contenders])
    table.title = f"Flow features: {capture.packets:,} packets, {capture.megabytes:,.0f} MB"
    table.caption = None if peer else f"not installed: {_NAME}"
    return table

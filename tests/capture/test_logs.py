import os

from capture.logs import CaptureInfo


def test_a_path_that_is_no_utf_8_becomes_text_that_every_output_holds() -> None:
    info = CaptureInfo(os.fsdecode(b"m\xfcll.pcap"), "", 1)
    assert info.path == r"m\xfcll.pcap"


def test_a_path_of_other_letters_stays_as_it_is() -> None:
    assert CaptureInfo("捕获/Größe.pcap", "", 1).path == "捕获/Größe.pcap"

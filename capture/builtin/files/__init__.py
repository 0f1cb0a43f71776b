"""Capture files as records: pcap and pcapng, plain or compressed, read in bounded memory."""

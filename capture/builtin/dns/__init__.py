"""DNS as Zeek's dns.log sees it: unicast, multicast, LLMNR and NetBIOS names, over UDP and TCP."""

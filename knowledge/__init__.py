"""What is widely known of names: popular domains, frequent issuers, what ordinary names look like.

The files in ``tables`` hold nothing of the labelled captures: ``popular_domains.txt.gz`` are
the 10,000 domains that were asked for most at OpenDNS in 2014 (public domain), most popular first;
``issuers.csv.gz`` counts for each issuer the distinct subjects that it signed among the TLS records
of the 2020 West Lake contest, ``domains.csv.gz`` the server names below each domain there; records
with a known default certificate of malware are left out. ``characters.json.gz`` holds trigram
counts of domains and of the names in these certificates. ``python -m knowledge`` makes
them again.
"""

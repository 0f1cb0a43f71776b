"""TLS, SSL and DTLS connections: reassembled bytes in, rows of Zeek's ssl.log and x509.log out."""

#!/bin/sh
# Makes the certificates of tls.rs: a root, and one for localhost that it signs. The root's key is thrown away.
set -e
cd "$(dirname "$0")"
key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
openssl req -x509 $key -days 36500 -subj "/CN=Root of the tests" -keyout root.key -out root.pem \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
openssl req $key -subj "/CN=localhost" -keyout localhost.key.pem -out localhost.csr
printf 'subjectAltName=DNS:localhost\nbasicConstraints=critical,CA:FALSE\n' > extensions
openssl x509 -req -in localhost.csr -CA root.pem -CAkey root.key -CAcreateserial -days 36500 -extfile extensions -out localhost.pem
rm -f root.key root.srl localhost.csr extensions

# sh check-exhibit.sh EXHIBIT VKEY: checks an exhibit without Chronology; leaves the event in event.json.
set -eu
exhibit=$1 vkey=$2
hash() { xxd -r -p | sha256sum | cut -d ' ' -f 1; }
hex() { base64 -d | xxd -p -c 65535; }

# 1. The leaf: SHA-256 of a zero byte and the event's body.
sed -n 's/^extra //p; /^$/q' "$exhibit" | base64 -d > event.json
node=$( { printf 00; xxd -p -c 65535 event.json; } | hash)

# 2. Up the tree, with the hashes of the proof (RFC 9162, section 2.1.3.2), to the root.
sed '1,/^$/d; /^$/,$d' "$exhibit" > checkpoint.txt
fn=$(sed -n 's/^index //p; /^$/q' "$exhibit")
sn=$(($(sed -n 2p checkpoint.txt) - 1))
for line in $(sed '1,/^index /d; /^$/,$d' "$exhibit"); do
    sibling=$(echo "$line" | hex)
    if [ $((fn % 2)) = 1 ] || [ "$fn" = "$sn" ]; then
        node=$(echo "01$sibling$node" | hash)
        while [ $((fn % 2)) = 0 ] && [ "$fn" != 0 ]; do fn=$((fn / 2)) sn=$((sn / 2)); done
    else
        node=$(echo "01$node$sibling" | hash)
    fi
    fn=$((fn / 2)) sn=$((sn / 2))
done
[ "$sn" = 0 ]
[ "$node" = "$(sed -n 3p checkpoint.txt | hex)" ]
echo "The event is in the log"

# 3. The signature: Ed25519, over the checkpoint's lines.
name=${vkey%%+*}
{ printf 302a300506032b6570032100; echo "${vkey#*+*+}" | hex | cut -c 3-; } | xxd -r -p > key.der
sed -n "s|^— $name ||p" "$exhibit" | head -n 1 | hex | cut -c 9- | xxd -r -p > signature
openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in checkpoint.txt -sigfile signature

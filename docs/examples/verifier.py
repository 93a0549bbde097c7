#!/usr/bin/env python3
"""A verifier of Verity receipts, written from docs/receipt-format.md alone, with nothing but Python's own library.

python3 verifier.py RECEIPT.json [--rpc URL | --answers FILE] [--evidence FOLDER] [--key KEY] [--contract 0x...]
python3 verifier.py --vectors FOLDER        checks all test vectors

It is an example: clear before fast, and its arithmetic takes different times for different numbers, which is no harm
for who only verifies. Ends with 0 (proven or consistent), 1 (broken), 2 (usage).
"""
import argparse
import base64
import hashlib
import json
import math
import os
import re
import sys
import unicodedata
import urllib.request

FIELDS = ("actor", "address", "details", "subject")
LINKS = ("format", "leaf", "openings", "inclusion", "checkpoint", "anchor", "evidence")
ANCHORED = "0x406c26c809555d56202d4d70a0e308189896aa1735cf0422dac19f55f40c7317"
LOG_ID, ROOT_AT, UNKNOWN_ANCHOR = "0x70e825d7", "0xeaa38b41", "0x7698d385"


class Fails(Exception):
    def __init__(self, why, where):
        super().__init__(why)
        self.where = where


class Unchecked(Exception):
    pass


def sha256(data):
    return hashlib.sha256(data).digest()


# Section 3: canonical JSON.


def number(value):
    """A double as ECMAScript writes it."""
    if not math.isfinite(value):
        raise ValueError("no number of JSON")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(float(value))).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = whole + fraction
    point = len(whole) + int(exponent or 0)
    stripped = digits.lstrip("0")
    point -= len(digits) - len(stripped)
    digits = stripped.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        text = digits + "0" * (point - count)
    elif 0 < point <= 21:
        text = digits[:point] + "." + digits[point:]
    elif -6 < point <= 0:
        text = "0." + "0" * -point + digits
    else:
        text = digits[0] + ("." + digits[1:] if count > 1 else "")
        text += "e" + ("+" if point > 0 else "-") + str(abs(point - 1))
    return sign + text


ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def quote(text):
    text.encode("utf-8")  # Lone surrogates are refused.
    return '"' + "".join(ESCAPES.get(c) or (f"\\u{ord(c):04x}" if c < " " else c) for c in text) + '"'


def canonical(value, depth=0):
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return number(float(value))
    if isinstance(value, str):
        return quote(value)
    if depth == 100:
        raise ValueError("nested too deeply")
    if isinstance(value, list):
        return "[" + ",".join(canonical(item, depth + 1) for item in value) + "]"
    names = sorted(value, key=lambda name: name.encode("utf-16-be"))
    return "{" + ",".join(f"{quote(n)}:{canonical(value[n], depth + 1)}" for n in names) + "}"


def refuse(text):
    raise ValueError(text)


def parse(text):
    return json.loads(text, parse_int=float, parse_constant=refuse)


# Section 2: the file.


def is_text(form):
    return lambda value: isinstance(value, str) and re.fullmatch(form, value, re.ASCII) is not None


def is_integer(value):
    return isinstance(value, float) and value.is_integer() and 0 <= value <= 2**53 - 1


def is_one(value):
    return isinstance(value, float) and value == 1


def members(forms, optional=False):
    def check(value):
        if not isinstance(value, dict) or not set(value) <= set(forms):
            return False
        if not optional and set(value) != set(forms):
            return False
        return all(forms[name](inner) for name, inner in value.items())

    return check


def or_null(form):
    return lambda value: value is None or form(value)


DIGEST = is_text("[0-9a-f]{64}")
HASH = is_text("0x[0-9a-f]{64}")
RECEIPT = members(
    {
        "format": lambda value: value == "verity-receipt",
        "version": is_one,
        "leaf": members(
            {
                "v": is_one,
                "id": is_text("[\x21-\x7e]{1,100}"),
                "at": is_text(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),
                "action": is_text(r"[a-z_]{1,40}\.[a-z_]{1,40}"),
                "outcome": is_text("success|failure"),
                **{field: DIGEST for field in FIELDS},
            }
        ),
        "openings": members(
            {field: members({"salt": DIGEST, "value": lambda value: True}) for field in FIELDS},
            optional=True,
        ),
        "evidence": or_null(members({"key": DIGEST})),
        "inclusion": members(
            {
                "index": is_integer,
                "size": is_integer,
                "leaf_hash": DIGEST,
                "path": lambda v: isinstance(v, list) and len(v) <= 53 and all(map(DIGEST, v)),
            }
        ),
        "log": members({"key": lambda v: isinstance(v, str) and 0 < units(v) <= 400 and not re.search(r"\s", v)}),
        "checkpoint": lambda v: isinstance(v, str) and 0 < units(v) <= 20_000,
        "anchor": or_null(
            members(
                {
                    "chain_id": is_integer,
                    "contract": is_text("0x[0-9a-f]{40}"),
                    "transaction": HASH,
                    "block": members({"number": is_integer, "hash": HASH}),
                }
            )
        ),
    }
)


def units(text):
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def read_receipt(data):
    try:
        text = data.decode("utf-8")
        receipt = parse(text)
        if units(text) > 1_000_000 or canonical(receipt) + "\n" != text:
            raise Fails("It is not in canonical form.", "")
    except (ValueError, RecursionError) as error:
        raise Fails(f"It is no canonical JSON: {error}", "") from error
    if not RECEIPT(receipt):
        raise Fails("It has not the members of a receipt, or one of another form.", "")
    return receipt


# Sections 4 to 6: leaf, openings, path.


def leaf_hash(leaf):
    return sha256(b"\x00" + canonical(leaf).encode())


def node(left, right):
    return sha256(b"\x01" + left + right)


def commitment(field, opening):
    tag = f"verity-commitment-v1\n{field}\n".encode()
    return sha256(tag + bytes.fromhex(opening["salt"]) + canonical(opening["value"]).encode()).hex()


def led(value, index, size, path):
    """The root that a path leads to; None when it is no path of such a tree."""
    if index >= size:
        return None
    at, last = index, size - 1
    for sibling in path:
        if last == 0:
            return None
        if at % 2 == 1 or at == last:
            value = node(sibling, value)
            while at % 2 == 0 and at != 0:
                at, last = at // 2, last // 2
        else:
            value = node(value, sibling)
        at, last = at // 2, last // 2
    return value if last == 0 else None


def extends(size, to, before, after, path):
    """Section 11: whether the tree of `to` leaves begins with that of `size`."""
    if size == to:
        return not path and before == after
    if size == 0:
        return not path and before == sha256(b"")
    at, last = size - 1, to - 1
    while at % 2 == 1:
        at, last = at // 2, last // 2
    hashes = path if at != 0 else [before, *path]
    if not hashes:
        return False
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if at % 2 == 1 or at == last:
            old, new = node(sibling, old), node(sibling, new)
            while at % 2 == 0 and at != 0:
                at, last = at // 2, last // 2
        else:
            new = node(new, sibling)
        at, last = at // 2, last // 2
    return last == 0 and old == before and new == after


# Ed25519 (RFC 8032), points as (x, y) in extended coordinates.

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar, point):
    sum_ = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            sum_ = add(sum_, point)
        point, scalar = add(point, point), scalar >> 1
    return sum_


def point_of(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_neutral(point):
    return point[0] % P == 0 and (point[1] - point[2]) % P == 0


def verify_ed25519(key, message, signature):
    a, r = point_of(key), point_of(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if not a or not r or s >= ORDER or is_neutral(times(8, a)):
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    difference = add(times(s, BASE), times(ORDER - 1, add(r, times(k, a))))
    return is_neutral(times(8, difference))


# Section 7: verifier key, note, checkpoint.


def decode64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return data if base64.b64encode(data).decode() == text else None


def is_name(name):
    odd = any(c == "+" or c.isspace() or unicodedata.category(c)[0] == "C" for c in name)
    return 0 < len(name) <= 200 and not odd


def parse_key(text):
    """(name, id, public key); None when it is no key of a log."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    data = decode64(encoded)
    if not data or len(data) != 33 or data[0] != 1 or not is_name(name):
        return None
    wanted = sha256(name.encode() + b"\n" + data)[:4]
    return (name, wanted, data[1:]) if wanted.hex() == key_id else None


def parse_note(note):
    """(text, [(name, id, signature)]); None when it is no signed note."""
    cut = note.rfind("\n\n")
    if cut < 0 or not note.endswith("\n"):
        return None
    lines = note[cut + 2 :].split("\n")[:-1]
    signatures = []
    for line in lines:
        parts = line.split(" ")
        data = decode64(parts[2]) if len(parts) == 3 else None
        if not data or parts[0] != "\u2014" or not is_name(parts[1]) or len(data) < 5:
            return None
        signatures.append((parts[1], data[:4], data[4:]))
    return (note[: cut + 1], signatures) if signatures else None


def parse_checkpoint(text):
    """(origin, size, root); None when it is no checkpoint."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0] or not re.fullmatch(r"0|[1-9][0-9]{0,15}", lines[1]):
        return None
    root = decode64(lines[2])
    size = int(lines[1])
    return (lines[0], size, root) if root and len(root) == 32 and size < 2**53 else None


def holds_for(text, signature, key):
    name, key_id, data = signature
    if (name, key_id) != key[:2] or len(data) != 64:
        return False
    return verify_ed25519(key[2], text.encode(), data)


# Section 8: the tree that the log speaks of, and the links of it.


def find_tree(receipt, hashes, path, trusted_key):
    """((size, root) or None, the failure of the checkpoint or None)."""
    note = parse_note(receipt["checkpoint"])
    said = parse_checkpoint(note[0]) if note else None
    as_said = said[1:] if said else None
    key = parse_key(receipt["log"]["key"])
    if not key:
        return as_said, Fails("It is no verifier key of a log.", "/log/key")
    if trusted_key is not None and trusted_key != receipt["log"]["key"]:
        return as_said, Fails("It is not the key that is trusted.", "/log/key")
    if not note:
        return None, Fails("It is no signed note.", "/checkpoint")
    text, signatures = note
    if len(signatures) != 1:
        return as_said, Fails("It bears other than one signature.", "/checkpoint")
    if holds_for(text, signatures[0], key):
        if not said:
            return None, Fails("Its text is no checkpoint.", "/checkpoint")
        wrong = None if said[0] == key[0] else Fails("It is of another log.", "/checkpoint")
        return as_said, wrong
    index, size = int(receipt["inclusion"]["index"]), int(receipt["inclusion"]["size"])
    for value in hashes:
        root = led(value, index, size, path)
        if root is None:
            continue
        meant = f"{key[0]}\n{size}\n{base64.b64encode(root).decode()}\n"
        if holds_for(meant, signatures[0], key):
            return (size, root), Fails("Its text is not what was signed.", "/checkpoint")
    return as_said, Fails("The key has not signed this text.", "/checkpoint")


def check_tree(receipt, trusted_key):
    leaf, inclusion, openings = receipt["leaf"], receipt["inclusion"], receipt["openings"]
    stated, ours = bytes.fromhex(inclusion["leaf_hash"]), leaf_hash(leaf)
    path = [bytes.fromhex(text) for text in inclusion["path"]]
    index, size = int(inclusion["index"]), int(inclusion["size"])
    tree, checkpoint = find_tree(receipt, (stated, ours), path, trusted_key)
    found = {"checkpoint": checkpoint or "holds", "inclusion": "holds", "leaf": "holds", "openings": "holds"}
    stated_was_changed = False
    if not tree:
        found["inclusion"] = Unchecked("There is no root.")
    elif tree[0] != size:
        found["inclusion"] = Fails(f"The checkpoint is of {tree[0]} entries.", "/inclusion/size")
    elif led(stated, index, size, path) != tree[1]:
        stated_was_changed = led(ours, index, size, path) == tree[1]
        if stated_was_changed:
            where = "/inclusion/leaf_hash"
        else:
            other = any(led(stated, at, size, path) == tree[1] for at in range(max(0, index - 9), min(size, index + 9)))
            where = "/inclusion/index" if other or index >= size else "/inclusion/path"
        found["inclusion"] = Fails("The path leads to another root.", where)
    wrong = [f for f in FIELDS if f in openings and commitment(f, openings[f]) != leaf[f]]
    if stated != ours and not stated_was_changed:
        mended = {**leaf, **{field: commitment(field, openings[field]) for field in wrong}}
        if wrong and leaf_hash(mended) == stated:
            found["leaf"] = Fails("A commitment of it was changed.", f"/leaf/{wrong[0]}")
            wrong = []
        else:
            found["leaf"] = Fails("It has not the hash that is stated.", "/leaf")
    if wrong:
        found["openings"] = Fails("It does not give the commitment of the leaf.", f"/openings/{wrong[0]}")
    return found, tree, "details" not in wrong


# Section 9: the anchor.


def quantity(value):
    if not isinstance(value, str) or not re.fullmatch("0x(0|[1-9a-f][0-9a-f]*)", value):
        raise Unchecked("The chain answers with no quantity.")
    return int(value, 16)


def data(value, count):
    if not isinstance(value, str) or not re.fullmatch(f"0x[0-9a-fA-F]{{{2 * count}}}", value):
        raise Unchecked(f"The chain answers with something other than {count} bytes.")
    return value.lower()


def is_object(value):
    if not isinstance(value, dict):
        raise Unchecked("The chain answers with no object.")
    return value


def result(answer):
    if "result" not in answer:
        raise Unchecked(f"The chain refuses: {answer['error'].get('message')}")
    return answer["result"]


def read_word(ask, contract, call):
    answer = ask("eth_call", [{"to": contract, "data": call}, "latest"])
    error = answer.get("error")
    if error and (error.get("code") == 3 or str(error.get("data")).startswith(UNKNOWN_ANCHOR)):
        return None
    value = result(answer)
    return None if value == "0x" else data(value, 32)


def check_anchor(receipt, tree, ask, trusted_contract):
    anchor = receipt["anchor"]
    if anchor is None:
        raise Unchecked("There is no anchor yet.")
    contract, block = anchor["contract"], anchor["block"]
    if trusted_contract is not None and trusted_contract.lower() != contract:
        raise Fails("It is not the contract that is trusted.", "/anchor/contract")
    if tree is None or ask is None:
        raise Unchecked("There is no root, or no chain to ask.")
    size, root = tree
    if quantity(result(ask("eth_chainId", []))) != anchor["chain_id"]:
        raise Fails("It is another chain.", "/anchor/chain_id")
    done = result(ask("eth_getTransactionReceipt", [anchor["transaction"]]))
    if done is None or quantity(is_object(done).get("status")) != 1:
        raise Fails("There is no such transaction, or it failed.", "/anchor/transaction")
    if data(done.get("transactionHash"), 32) != anchor["transaction"]:
        raise Unchecked("The chain answers for another transaction.")
    if quantity(done.get("blockNumber")) != block["number"]:
        raise Fails("It is in another block.", "/anchor/block/number")
    if data(done.get("blockHash"), 32) != block["hash"]:
        raise Fails("It is in another block.", "/anchor/block/hash")
    logs = [is_object(log) for log in done.get("logs") or []]
    events = [log for log in logs if len(log["topics"]) == 2 and log["topics"][0] == ANCHORED]
    ours = [log for log in events if data(log["address"], 20) == contract]
    event = next((log for log in ours if log["topics"][1] == f"0x{size:064x}"), None)
    if event is None:
        elsewhere = events and not ours
        raise Fails("It did not anchor this tree.", "/anchor/contract" if elsewhere else "/anchor/transaction")
    words = data(event["data"], 96)[2:]
    if words[64:128] != root.hex():
        raise Fails("The chain holds another root: the log has shown two trees.", "/checkpoint")
    number = f"0x{int(block['number']):x}"
    made = result(ask("eth_getBlockByNumber", [number, False]))
    if made is None:
        raise Fails("There is no such block.", "/anchor/block/number")
    if data(is_object(made).get("hash"), 32) != block["hash"]:
        raise Fails("The chain was reorganised.", "/anchor/block/hash")
    if quantity(made.get("timestamp")) != int(words[128:], 16):
        raise Unchecked("Block and event bear different times.")
    if read_word(ask, contract, LOG_ID) != "0x" + sha256(receipt["log"]["key"].encode()).hex():
        raise Fails("The contract speaks for another log.", "/anchor/contract")
    kept = read_word(ask, contract, f"{ROOT_AT}{size:064x}")
    if kept is None:
        raise Fails("The contract does not know this tree.", "/inclusion/size")
    if kept[2:] != root.hex():
        raise Fails("The contract keeps another root.", "/checkpoint")


# Section 10: evidence. AES-256-GCM (FIPS 197, NIST SP 800-38D).


def make_sbox():
    box, p, q = [0] * 256, 1, 1
    while True:
        p ^= (p << 1) ^ (0x11B if p & 0x80 else 0)
        for shift in (1, 2, 4):
            q ^= q << shift
        q &= 0xFF
        q ^= 0x09 if q & 0x80 else 0
        x = q
        for turn in range(1, 5):
            x ^= (q << turn | q >> (8 - turn)) & 0xFF
        box[p] = x ^ 0x63
        if p == 1:
            box[0] = 0x63
            return box


SBOX = make_sbox()


def double(value):
    return (value << 1) ^ (0x11B if value & 0x80 else 0)


def round_keys(key):
    words = [list(key[at : at + 4]) for at in range(0, 32, 4)]
    constant = 1
    for at in range(8, 60):
        word = list(words[-1])
        if at % 8 == 0:
            word = [SBOX[byte] for byte in word[1:] + word[:1]]
            word[0] ^= constant
            constant = double(constant)
        elif at % 8 == 4:
            word = [SBOX[byte] for byte in word]
        words.append([a ^ b for a, b in zip(words[at - 8], word)])
    return [sum(words[at : at + 4], []) for at in range(0, 60, 4)]


def aes_block(keys, block):
    state = [a ^ b for a, b in zip(block, keys[0])]
    for turn in range(1, 15):
        state = [SBOX[state[(at + 4 * (at % 4)) % 16]] for at in range(16)]
        if turn < 14:
            mixed = []
            for column in range(0, 16, 4):
                four = state[column : column + 4]
                every = four[0] ^ four[1] ^ four[2] ^ four[3]
                mixed += [four[i] ^ every ^ double(four[i] ^ four[(i + 1) % 4]) for i in range(4)]
            state = mixed
        state = [a ^ b for a, b in zip(state, keys[turn])]
    return bytes(state)


def gcm_multiply(x, y):
    product = 0
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            product ^= y
        y = (y >> 1) ^ (0xE1 << 120 if y & 1 else 0)
    return product


def open_gcm(key, iv, aad, sealed):
    """The plain text; None when anything does not belong together."""
    cipher, tag = sealed[:-16], sealed[-16:]
    keys = round_keys(key)
    h = int.from_bytes(aes_block(keys, bytes(16)), "big")
    padded = b"".join(part + bytes(-len(part) % 16) for part in (aad, cipher))
    padded += (8 * len(aad)).to_bytes(8, "big") + (8 * len(cipher)).to_bytes(8, "big")
    total = 0
    for at in range(0, len(padded), 16):
        total = gcm_multiply(total ^ int.from_bytes(padded[at : at + 16], "big"), h)
    mask = int.from_bytes(aes_block(keys, iv + b"\0\0\0\1"), "big")
    if (total ^ mask).to_bytes(16, "big") != tag:
        return None
    plain = bytearray()
    for at in range(0, len(cipher), 16):
        stream = aes_block(keys, iv + (at // 16 + 2).to_bytes(4, "big"))
        plain += bytes(a ^ b for a, b in zip(cipher[at : at + 16], stream))
    return bytes(plain)


def is_cid(text):
    if not isinstance(text, str) or not re.fullmatch("bafkrei[a-z2-7]{52}", text):
        return False
    padded = text[1:].upper()
    block = base64.b32decode(padded + "=" * (-len(padded) % 8))
    return cid_of_hash(block[4:]) == text


def cid_of_hash(digest):
    return "b" + base64.b32encode(b"\x01\x55\x12\x20" + digest).decode().rstrip("=").lower()


def is_evidence(value):
    if not isinstance(value, dict) or set(value) != {"cids", "bytes", "sha256"}:
        return False
    cids, count = value["cids"], value["bytes"]
    if not isinstance(cids, list) or not all(map(is_cid, cids)) or not DIGEST(value["sha256"]):
        return False
    return is_integer(count) and 2 <= count <= 15_728_640 and len(cids) == math.ceil((count + 28) / 1_048_576)


def check_evidence(receipt, opened, block):
    key, opening = receipt["evidence"], receipt["openings"].get("details")
    if opening is None:
        raise Fails("A key, and no details.", "/evidence") if key else Unchecked("No details.")
    if not opened:
        raise Unchecked("The details are not those of the leaf.")
    short = opening["value"]
    if not isinstance(short, dict) or "evidence" not in short:
        if key:
            raise Fails("A key, and no evidence.", "/evidence")
        return
    at = "/openings/details/value/evidence"
    evidence = short["evidence"]
    if not is_evidence(evidence):
        raise Fails("It is of another form.", at)
    if block is None:
        raise Unchecked("No place to read blocks from.")
    blocks = [block(cid) for cid in evidence["cids"]]
    for cid, content in zip(evidence["cids"], blocks):
        if content is None:
            raise Unchecked(f"The block {cid} is not there.")
        if cid_of_hash(sha256(content)) != cid:
            raise Fails("It has other bytes than its name says.", cid)
    if not key:
        return
    whole = b"".join(blocks)
    if len(whole) != evidence["bytes"] + 28:
        raise Fails("It has another length.", at + "/bytes")
    plain = open_gcm(bytes.fromhex(key["key"]), whole[:12], receipt["leaf"]["id"].encode(), whole[12:])
    if plain is None:
        raise Fails("The key does not open it.", "/evidence/key")
    if sha256(plain).hex() != evidence["sha256"]:
        raise Fails("It has another digest.", at + "/sha256")
    details = parse(plain.decode())
    if not isinstance(details, dict) or canonical(details).encode() != plain:
        raise Fails("It is not the canonical JSON of an object.", "/evidence/key")
    for name in set(short) - {"evidence"}:
        if name not in details or canonical(details[name]) != canonical(short[name]):
            raise Fails("The record says otherwise than its evidence.", f"/openings/details/value/{name}")


# Section 8: all links, and the verdict.


def verify(content, ask=None, block=None, key=None, contract=None):
    def outcome(check):
        try:
            check()
            return "holds"
        except (Fails, Unchecked) as found:
            return found

    found = {link: Unchecked("The receipt cannot be read.") for link in LINKS}
    try:
        receipt = read_receipt(content)
        found["format"] = "holds"
    except Fails as why:
        found["format"] = why
    else:
        links, tree, opened = check_tree(receipt, key)
        found.update(links)
        found["anchor"] = outcome(lambda: check_anchor(receipt, tree, ask, contract))
        found["evidence"] = outcome(lambda: check_evidence(receipt, opened, block))
    failed = next((link for link in LINKS if isinstance(found[link], Fails)), None)
    anchored = found["anchor"] == "holds"
    states = {Fails: "fails", Unchecked: "unchecked", str: "holds"}
    return {
        "verdict": "broken" if failed else "proven" if anchored else "consistent",
        "failed": failed,
        "where": found[failed].where if failed else None,
        "links": {link: states[type(found[link])] for link in LINKS},
        "why": {link: str(found[link]) for link in LINKS if found[link] != "holds"},
    }


def asking(url):
    def ask(method, params):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(url, body, {"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return is_object(json.loads(answer.read(8_000_000)))
        except (OSError, ValueError) as error:
            raise Unchecked(f"The chain does not answer: {error}") from error

    return ask


def answering(path):
    with open(path, encoding="utf-8") as file:
        known = {canonical([each["method"], each["params"]]): each["answer"] for each in json.load(file)}

    def ask(method, params):
        nothing = {"result": "0x"} if method == "eth_call" else {"result": None}
        return known.get(canonical([method, params]), nothing)

    return ask


def reading(folder):
    def block(cid):
        path = os.path.join(folder, cid)
        if not os.path.exists(path):
            return None
        with open(path, "rb") as file:
            return file.read()

    return block


def read_bytes(path):
    with open(path, "rb") as file:
        return file.read()


def check_vectors(folder):
    cases = json.loads(read_bytes(os.path.join(folder, "cases.json")))
    wrong = 0
    for case in cases:
        report = verify(
            read_bytes(os.path.join(folder, case["receipt"])),
            answering(os.path.join(folder, case["rpc"])) if case["rpc"] else None,
            reading(os.path.join(folder, "evidence")) if case["evidence"] else None,
            case["trusted"].get("key"),
            case["trusted"].get("contract"),
        )
        expected = case["expect"]
        if any(report[name] != expected[name] for name in ("verdict", "failed", "links")):
            wrong += 1
            print(f"{case['name']}: expected {expected}, found {report}")
    steps = json.loads(read_bytes(os.path.join(folder, "primitives.json")))
    proofs = steps["consistency"]
    for proof in proofs:
        roots = (bytes.fromhex(proof["from_root"]), bytes.fromhex(proof["to_root"]))
        path = [bytes.fromhex(text) for text in proof["path"]]
        swapped = extends(proof["from"], proof["to"], roots[1], roots[0], path)
        if not extends(proof["from"], proof["to"], *roots, path) or swapped:
            wrong += 1
            print(f"consistency {proof['from']} to {proof['to']}: not as expected")
    print(f"{len(cases) + len(proofs)} vectors, {wrong} wrong")
    return 1 if wrong else 0


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("receipt", nargs="?")
    for name in ("rpc", "answers", "evidence", "key", "contract", "vectors"):
        options.add_argument(f"--{name}")
    given = options.parse_args()
    if given.vectors:
        return check_vectors(given.vectors)
    if not given.receipt:
        options.error("name a receipt")
    ask = asking(given.rpc) if given.rpc else answering(given.answers) if given.answers else None
    block = reading(given.evidence) if given.evidence else None
    report = verify(read_bytes(given.receipt), ask, block, given.key, given.contract)
    print(json.dumps(report, indent=2))
    return 1 if report["verdict"] == "broken" else 0


if __name__ == "__main__":
    sys.exit(main())

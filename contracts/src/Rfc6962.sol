// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @title Merkle proofs of transparency logs
/// @notice Checks inclusion and consistency proofs over SHA-256 as RFC 9162 (sections 2.1.3.2 and 2.1.4.2) lays down;
/// the trees are those of RFC 6962.
/// @dev Two trees share no hash between leaves and nodes (0x00 and 0x01 are hashed first), so no node passes as a leaf.
library Rfc6962 {
    /// @notice Whether a leaf stands at an index of a tree.
    /// @param leaf SHA-256(0x00 || entry).
    /// @param index From 0; below `size`.
    /// @param size Leaves of the tree.
    /// @param path Hashes beside the way, from the leaf up.
    /// @param root Of the tree.
    function includes(bytes32 leaf, uint64 index, uint64 size, bytes32[] calldata path, bytes32 root)
        internal
        view
        returns (bool)
    {
        if (index >= size) return false;
        uint256 position = index;
        uint256 last = uint256(size) - 1;
        bytes32 hash = leaf;
        for (uint256 next = 0; next < path.length; ++next) {
            if (last == 0) return false;
            bytes32 sibling = path[next];
            if (position & 1 == 1 || position == last) {
                hash = node(sibling, hash);
                // Where the tree is lopsided this node is its own parent.
                while (position & 1 == 0 && position != 0) {
                    position >>= 1;
                    last >>= 1;
                }
            } else {
                hash = node(hash, sibling);
            }
            position >>= 1;
            last >>= 1;
        }
        return last == 0 && hash == root;
    }

    /// @notice Whether the tree of `to` leaves begins with that of `from`.
    /// @param from Leaves of the earlier tree; at least one.
    /// @param to Leaves of the later tree; more than `from`.
    /// @param before Root of the earlier tree.
    /// @param afterwards Root of the later tree.
    /// @param path As in RFC 6962, section 2.1.2.
    function extends(uint64 from, uint64 to, bytes32 before, bytes32 afterwards, bytes32[] calldata path)
        internal
        view
        returns (bool)
    {
        if (from == 0 || from >= to || path.length == 0) return false;
        uint256 position = uint256(from) - 1;
        uint256 last = uint256(to) - 1;
        while (position & 1 == 1) {
            position >>= 1;
            last >>= 1;
        }
        // A perfect earlier tree is a node of the later one: its root is known, and not in the path.
        uint256 next = position == 0 ? 0 : 1;
        bytes32 old = position == 0 ? before : path[0];
        bytes32 grown = old;
        for (; next < path.length; ++next) {
            if (last == 0) return false;
            bytes32 sibling = path[next];
            if (position & 1 == 1 || position == last) {
                bool same = old == grown;
                old = node(sibling, old);
                grown = same ? old : node(sibling, grown);
                while (position & 1 == 0 && position != 0) {
                    position >>= 1;
                    last >>= 1;
                }
            } else {
                grown = node(grown, sibling);
            }
            position >>= 1;
            last >>= 1;
        }
        return last == 0 && old == before && grown == afterwards;
    }

    /// @notice SHA-256(0x01 || left || right).
    function node(bytes32 left, bytes32 right) internal view returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore8(free, 0x01)
            mstore(add(free, 0x01), left)
            mstore(add(free, 0x21), right)
            // 0x02 is the precompiled SHA-256; it fails only without gas.
            if iszero(staticcall(gas(), 0x02, free, 0x41, 0x00, 0x20)) { revert(0, 0) }
            hash := mload(0x00)
        }
    }
}

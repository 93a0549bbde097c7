// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {Rfc6962} from "./Rfc6962.sol";

/// @title Anchors of one audit log
/// @notice Keeps the roots of a growing Merkle log (RFC 6962, SHA-256). A root is taken only with the proof that its
/// tree begins with the tree of the anchor before: a log whose history was rewritten cannot be anchored any more.
/// @dev Nothing of it can be changed or taken back, and no proxy stands before it: what is anchored stays. The
/// administrator can only say who may anchor.
contract AuditAnchor is AccessControl {
    /// @notice May anchor.
    bytes32 public constant ANCHOR_ROLE = keccak256("ANCHOR_ROLE");

    /// @notice SHA-256 of the log's verifier key (C2SP signed-note), so that a contract speaks for one log alone.
    bytes32 public immutable LOG_ID;

    struct Head {
        /// Leaves of the tree anchored last.
        uint64 treeSize;
        /// Seconds since 1970, of its block.
        uint64 time;
        /// Anchors so far.
        uint64 count;
    }

    Head private _head;
    mapping(uint64 treeSize => bytes32 root) private _roots;

    /// @notice A tree was anchored.
    /// @param treeSize Its leaves.
    /// @param previousSize Leaves of the tree anchored before it; 0 for the first.
    /// @param root Its root.
    /// @param time Of the block, in seconds since 1970.
    event Anchored(uint64 indexed treeSize, uint64 previousSize, bytes32 root, uint64 time);

    /// @notice The tree is not larger than the one anchored last.
    error NotGrowing(uint64 anchored, uint64 offered);
    /// @notice The proof does not show that the offered tree begins with the anchored one.
    error NotAnExtension(uint64 anchored, uint64 offered);
    /// @notice A tree was anchored within this second: times grow strictly.
    error SameTime(uint64 time);
    /// @notice A proof is only asked for, and allowed, when something was anchored before.
    error ProofWithoutHistory();
    /// @notice No tree of this size was anchored.
    error UnknownAnchor(uint64 treeSize);
    /// @notice The root of a log is never zero.
    error NoRoot();

    /// @param logId SHA-256 of the log's verifier key.
    /// @param admin May grant and revoke the right to anchor.
    /// @param anchorer May anchor from the beginning.
    constructor(bytes32 logId, address admin, address anchorer) {
        LOG_ID = logId;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(ANCHOR_ROLE, anchorer);
    }

    /// @notice Anchors a tree.
    /// @param root Its root.
    /// @param treeSize Its leaves; more than those of the anchor before.
    /// @param consistency That it extends the tree of the anchor before (RFC 6962, section 2.1.2); empty for the first.
    function anchor(bytes32 root, uint64 treeSize, bytes32[] calldata consistency) external onlyRole(ANCHOR_ROLE) {
        if (root == 0) revert NoRoot();
        Head memory head = _head;
        if (treeSize <= head.treeSize) revert NotGrowing(head.treeSize, treeSize);
        if (head.count == 0) {
            if (consistency.length > 0) revert ProofWithoutHistory();
        } else if (!Rfc6962.extends(head.treeSize, treeSize, _roots[head.treeSize], root, consistency)) {
            revert NotAnExtension(head.treeSize, treeSize);
        }
        uint64 time = uint64(block.timestamp);
        if (time <= head.time) revert SameTime(time);
        _roots[treeSize] = root;
        _head = Head({treeSize: treeSize, time: time, count: head.count + 1});
        emit Anchored(treeSize, head.treeSize, root, time);
    }

    /// @notice The tree anchored last; all zero before the first.
    function latest() external view returns (uint64 treeSize, bytes32 root, uint64 time, uint64 count) {
        Head memory head = _head;
        return (head.treeSize, _roots[head.treeSize], head.time, head.count);
    }

    /// @notice The root that was anchored for a tree of this size.
    function rootAt(uint64 treeSize) public view returns (bytes32 root) {
        root = _roots[treeSize];
        if (root == 0) revert UnknownAnchor(treeSize);
    }

    /// @notice Whether an entry stands at an index of an anchored tree.
    /// @param treeSize Of the anchor.
    /// @param index Of the entry, from 0.
    /// @param leaf SHA-256(0x00 || entry).
    /// @param path Its inclusion proof (RFC 6962, section 2.1.1).
    function verifyInclusion(uint64 treeSize, uint64 index, bytes32 leaf, bytes32[] calldata path)
        external
        view
        returns (bool)
    {
        return Rfc6962.includes(leaf, index, treeSize, path, rootAt(treeSize));
    }
}

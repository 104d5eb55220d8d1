// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// Made and destroyed by the workshop: within one transaction, or later.
contract Piece {
    uint256 public mark;

    constructor(bool destroyAtOnce) payable {
        mark = block.number;
        if (destroyAtOnce) selfdestruct(payable(tx.origin));
    }

    function destroy(address payable heir) external {
        mark = 0;
        selfdestruct(heir);
    }

    receive() external payable {}
}

/// One function for each thing that a state transition can get wrong.
contract Workshop {
    mapping(uint256 => uint256) public slots;
    Piece public last;
    uint256 public seen;

    event Done(uint256 indexed what, bytes data);
    event Bare(uint256 a, uint256 b) anonymous;

    receive() external payable {
        emit Done(0, "");
    }

    /// Writes, clears and restores slots: prices and refunds of SSTORE.
    function store(uint256 first, uint256 count, uint256 value) external {
        for (uint256 i = first; i < first + count; i++) slots[i] = value;
        if (value % 3 == 0) for (uint256 i = first; i < first + count; i += 2) slots[i] = 0;
    }

    function fail(string calldata reason) external {
        slots[1] += 1;
        require(false, reason);
    }

    function panic(uint256 index) external {
        slots[index] = 1;
        assert(index == type(uint256).max);
    }

    function burn() external {
        while (true) seen++;
    }

    /// Inner calls that fail leave nothing behind, not even logs, and the outer one goes on.
    function nested(uint256 depth, uint256 failAt) external {
        slots[1000 + depth] = depth + block.number;
        emit Done(1, abi.encode(depth));
        if (depth > 0) {
            try this.nested(depth - 1, failAt) {} catch {}
        }
        require(depth != failAt, "asked to fail");
    }

    function make(bytes32 salt, bool destroyAtOnce) external payable {
        last = new Piece{salt: salt, value: msg.value}(destroyAtOnce);
        emit Done(2, abi.encode(address(last)));
    }

    function makePlain() external payable {
        last = new Piece{value: msg.value}(false);
    }

    /// In the transaction that made it, or in a later one: only the first deletes (EIP-6780).
    function makeAndDestroy(address payable heir) external payable {
        Piece piece = new Piece{value: msg.value}(false);
        piece.destroy(heir);
        emit Done(3, abi.encode(address(piece), address(piece).codehash, address(piece).balance));
    }

    function destroyLast(address payable heir) external {
        if (address(last).code.length > 0) last.destroy(heir);
    }

    function surroundings() external {
        uint256 number = block.number;
        bytes32 hashes = keccak256(abi.encode(
            blockhash(number - 1), blockhash(number), blockhash(number < 300 ? number + 1 : number - 300), blobhash(0)
        ));
        bytes32 ofBlock = keccak256(abi.encode(
            block.coinbase, block.timestamp, block.prevrandao, block.gaslimit, block.basefee, block.blobbasefee, block.chainid
        ));
        bytes32 ofMessage = keccak256(abi.encode(
            tx.gasprice, tx.origin, msg.sender, gasleft(), address(this).balance, block.coinbase.balance
        ));
        seen = uint256(hashes ^ ofBlock ^ ofMessage);
    }

    /// Built-in contracts, called with what the caller sends.
    function builtIn(uint160 index, bytes calldata input, uint256 gasLimit) external {
        (bool ok, bytes memory output) = address(index).call{gas: gasLimit}(input);
        emit Done(ok ? 4 : 5, output);
    }

    /// Delegated code runs in this storage; static calls cannot write.
    function indirectly(address code) external {
        (bool ok, bytes memory output) = code.delegatecall(abi.encodeWithSignature("store(uint256,uint256,uint256)", 7, 3, 9));
        emit Done(ok ? 6 : 7, output);
        (ok, output) = code.staticcall(abi.encodeWithSignature("store(uint256,uint256,uint256)", 7, 3, 9));
        emit Done(ok ? 8 : 9, output);
    }

    function look(address other) external {
        seen = uint256(other.codehash) ^ other.balance ^ other.code.length;
    }

    function give(address payable to, uint256 value) external payable {
        (bool ok, ) = to.call{value: value}("");
        emit Done(ok ? 10 : 11, "");
    }

    function logs(uint256 a, uint256 b) external {
        assembly {
            mstore(0, a)
            mstore(32, b)
            log0(0, 64)
            log1(0, 33, a)
            log4(31, 0, a, b, a, b)
        }
        emit Bare(a, b);
    }

    /// Transient storage lives for one transaction (EIP-1153), memory is copied by MCOPY (EIP-5656).
    function transient_(uint256 key) external {
        uint256 before;
        assembly {
            before := tload(key)
            tstore(key, 1)
            mstore(0, before)
            mcopy(1, 0, 64)
        }
        slots[key] = before + 1;
        try this.transientAndFail(key) {} catch {}
        assembly {
            before := tload(key)
        }
        slots[key + 1] = before;
    }

    function transientAndFail(uint256 key) external {
        assembly {
            tstore(key, 2)
        }
        revert();
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Providers} from "../solidity/market/Providers.sol";
import {registrationOf, signatureOf} from "./support/SignedRegistration.sol";
import {vm, within} from "./support/Vm.sol";

/// @notice An owner that is a contract, and takes one digest for signed.
contract OwnerContract {
    bytes32 public signed;

    function setSigned(bytes32 digest) external {
        signed = digest;
    }

    function isValidSignature(bytes32 digest, bytes calldata) external view returns (bytes4) {
        return digest == signed ? this.isValidSignature.selector : bytes4(0);
    }
}

contract ProvidersTest {
    uint256 constant NODE = 0xA11CE;
    uint256 constant OWNER = 0xB0B;
    uint256 constant STRANGER = 0xCAFE;
    uint128 constant MINIMUM = 1000 ether;
    uint64 constant EXIT_BLOCKS = 100;
    uint256 constant NOW = 1_800_000_000;
    /// The order of secp256k1.
    uint256 constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    address constant CHALLENGER = address(0xC4A1);

    Providers providers;
    address node;
    address owner;

    function setUp() public {
        vm.warp(NOW);
        vm.roll(1000);
        providers = new Providers(address(this), address(0), MINIMUM, EXIT_BLOCKS);
        node = vm.addr(NODE);
        owner = vm.addr(OWNER);
        vm.deal(address(this), 1_000_000 ether);
    }

    function test_registersWithBothSignatures() public {
        _register(uint64(NOW), 1, MINIMUM);
        Providers.Provider memory provider = providers.providerOf(node);
        vm.assertEq(provider.owner, owner, "owner");
        vm.assertEq(provider.active, MINIMUM, "active");
        vm.assertTrue(providers.isActive(node), "active");
        address[] memory active = providers.activeProviders(0, 10);
        vm.assertEq(active.length, 1, "list");
        vm.assertEq(active[0], node, "list");
        vm.assertEq(providers.activeProviders(1, 10).length, 0, "list from 1");
        vm.assertEq(providers.activeProviders(5, type(uint256).max).length, 0, "list from 5");
    }

    function test_hashesAsEip712Says() public view {
        Providers.Registration memory registration = registrationOf(NODE, OWNER, uint64(NOW), 7);
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("poai Providers"),
                keccak256("1"),
                block.chainid,
                address(providers)
            )
        );
        bytes32 offer = keccak256(
            abi.encode(
                keccak256("Offer(bytes32 model,uint128 promptTokenPrice,uint128 outputTokenPrice)"),
                uint256(1),
                10,
                20
            )
        );
        bytes32 inner = keccak256(
            abi.encode(
                keccak256(
                    "Registration(address owner,address node,bytes peerId,Offer[] offers,string endpoint,uint64 timestamp,uint192 nonce)Offer(bytes32 model,uint128 promptTokenPrice,uint128 outputTokenPrice)"
                ),
                owner,
                node,
                keccak256(registration.peerId),
                keccak256(abi.encodePacked(offer)),
                keccak256(bytes(registration.endpoint)),
                NOW,
                7
            )
        );
        bytes32 expected = keccak256(abi.encodePacked(hex"1901", domain, inner));
        vm.assertEq(providers.registrationHash(registration), expected, "digest");
    }

    function test_wantsTheMinimumToTheWei() public {
        Providers.Registration memory registration = registrationOf(NODE, OWNER, uint64(NOW), 1);
        (bytes memory byNode, bytes memory byOwner) = _sign(registration);
        vm.expectRevert(abi.encodeWithSelector(Providers.BelowMinimum.selector, MINIMUM, MINIMUM - 1));
        providers.register{value: MINIMUM - 1}(registration, byNode, byOwner);
        providers.register{value: MINIMUM}(registration, byNode, byOwner);
    }

    // Attack: somebody registers a node, or spends an owner's name, without its signature.
    function test_attack_signaturesOfOthers() public {
        Providers.Registration memory registration = registrationOf(NODE, OWNER, uint64(NOW), 1);
        bytes32 digest = providers.registrationHash(registration);
        (bytes memory byNode, bytes memory byOwner) = _sign(registration);
        bytes memory byStranger = signatureOf(STRANGER, digest);
        vm.expectRevert(
            abi.encodeWithSelector(Providers.NotSignedByNode.selector, node, vm.addr(STRANGER))
        );
        providers.register{value: MINIMUM}(registration, byStranger, byOwner);
        vm.expectRevert(abi.encodeWithSelector(Providers.NotSignedByOwner.selector, owner));
        providers.register{value: MINIMUM}(registration, byNode, byStranger);
        vm.expectRevert(abi.encodeWithSelector(Providers.NotSignedByOwner.selector, owner));
        providers.register{value: MINIMUM}(registration, byNode, byNode);
    }

    // Attack: the same registration again.
    function test_attack_replayedRegistration() public {
        Providers.Registration memory registration = _register(uint64(NOW), 1, MINIMUM);
        (bytes memory byNode, bytes memory byOwner) = _sign(registration);
        vm.expectRevert(abi.encodeWithSelector(Providers.NonceUsed.selector, 1));
        providers.register{value: MINIMUM}(registration, byNode, byOwner);
        vm.warp(NOW + 600);
        vm.expectRevert(abi.encodeWithSelector(Providers.NonceUsed.selector, 1));
        providers.register{value: MINIMUM}(registration, byNode, byOwner);
        vm.warp(NOW + 601);
        vm.expectRevert(abi.encodeWithSelector(Providers.TooOld.selector, NOW, NOW + 601));
        providers.register{value: MINIMUM}(registration, byNode, byOwner);
    }

    // Attack: the registration again after the provider left, to bind the node to its old offers.
    function test_attack_replayedAfterLeaving() public {
        Providers.Registration memory registration = _register(uint64(NOW), 1, MINIMUM);
        vm.prank(owner);
        providers.exit(node, MINIMUM);
        vm.roll(block.number + EXIT_BLOCKS);
        providers.payOut(node);
        (bytes memory byNode, bytes memory byOwner) = _sign(registration);
        vm.expectRevert(abi.encodeWithSelector(Providers.NonceUsed.selector, 1));
        providers.register{value: MINIMUM}(registration, byNode, byOwner);
    }

    // Attack: s mirrored at the order of the curve, which the bare precompile would take for the same signature.
    function test_attack_malleableSignature() public {
        Providers.Registration memory registration = registrationOf(NODE, OWNER, uint64(NOW), 1);
        bytes32 digest = providers.registrationHash(registration);
        (, bytes memory byOwner) = _sign(registration);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(NODE, digest);
        bytes32 mirrored = bytes32(ORDER - uint256(s));
        bytes memory byNode = abi.encodePacked(r, mirrored, v == 27 ? uint8(28) : uint8(27));
        vm.assertEq(ecrecover(digest, v == 27 ? 28 : 27, r, mirrored), node, "the precompile takes it");
        vm.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureS.selector, mirrored));
        providers.register{value: MINIMUM}(registration, byNode, byOwner);
    }

    // Attack: a registration of another chain or another contract.
    function test_attack_otherChainAndContract() public {
        Providers.Registration memory registration = registrationOf(NODE, OWNER, uint64(NOW), 1);
        (bytes memory byNode, bytes memory byOwner) = _sign(registration);
        Providers other = new Providers(address(this), address(0), MINIMUM, EXIT_BLOCKS);
        vm.expectPartialRevert(Providers.NotSignedByNode.selector);
        other.register{value: MINIMUM}(registration, byNode, byOwner);
        vm.chainId(block.chainid + 1);
        vm.expectPartialRevert(Providers.NotSignedByNode.selector);
        providers.register{value: MINIMUM}(registration, byNode, byOwner);
    }

    function test_clocks() public {
        _refuse(uint64(NOW + 61), 1, abi.encodeWithSelector(Providers.FromTheFuture.selector, NOW + 61, NOW));
        _refuse(uint64(NOW - 601), 1, abi.encodeWithSelector(Providers.TooOld.selector, NOW - 601, NOW));
        _refuse(
            type(uint64).max,
            1,
            abi.encodeWithSelector(Providers.FromTheFuture.selector, type(uint64).max, NOW)
        );
        _register(uint64(NOW - 600), 1, MINIMUM);
        _register(uint64(NOW + 60), 2, 0);
        _refuse(
            uint64(NOW + 59),
            3,
            abi.encodeWithSelector(Providers.OlderThanPresent.selector, NOW + 59, NOW + 60)
        );
    }

    function test_noncesAreBounded() public {
        for (uint192 i = 0; i < 8; i++) _register(uint64(NOW), i, i == 0 ? MINIMUM : 0);
        _refuse(uint64(NOW), 8, abi.encodeWithSelector(Providers.TooManyRegistrations.selector, 8));
        vm.warp(NOW + 601);
        for (uint192 i = 0; i < 8; i++) _register(uint64(NOW + 601), i, 0);
        _refuse(uint64(NOW + 601), 7, abi.encodeWithSelector(Providers.NonceUsed.selector, 7));
    }

    function test_ownerMayBeAContract() public {
        OwnerContract wallet = new OwnerContract();
        Providers.Registration memory registration = registrationOf(NODE, OWNER, uint64(NOW), 1);
        registration.owner = address(wallet);
        bytes32 digest = providers.registrationHash(registration);
        bytes memory byNode = signatureOf(NODE, digest);
        vm.expectRevert(abi.encodeWithSelector(Providers.NotSignedByOwner.selector, address(wallet)));
        providers.register{value: MINIMUM}(registration, byNode, "");
        wallet.setSigned(digest);
        providers.register{value: MINIMUM}(registration, byNode, "");
    }

    // Attack: a node moves to another owner while the first one's stake is there.
    function test_attack_takesOverANode() public {
        _register(uint64(NOW), 1, MINIMUM);
        Providers.Registration memory registration = registrationOf(NODE, STRANGER, uint64(NOW), 2);
        bytes32 digest = providers.registrationHash(registration);
        (bytes memory byNode, bytes memory byOwner) = (signatureOf(NODE, digest), signatureOf(STRANGER, digest));
        vm.expectRevert(abi.encodeWithSelector(Providers.OwnedBySomebodyElse.selector, owner));
        providers.register{value: MINIMUM}(registration, byNode, byOwner);
        vm.prank(owner);
        providers.exit(node, MINIMUM);
        vm.expectRevert(abi.encodeWithSelector(Providers.OwnedBySomebodyElse.selector, owner));
        providers.register{value: MINIMUM}(registration, byNode, byOwner);
        vm.roll(block.number + EXIT_BLOCKS);
        providers.payOut(node);
        providers.register{value: MINIMUM}(registration, byNode, byOwner);
        vm.assertEq(providers.providerOf(node).owner, vm.addr(STRANGER), "owner");
        vm.assertEq(providers.owed(owner), MINIMUM, "the first owner's stake");
    }

    function test_boundsTheForm() public {
        Providers.Registration memory registration = registrationOf(NODE, OWNER, uint64(NOW), 1);
        registration.offers = new Providers.Offer[](0);
        _refuse(registration, abi.encodeWithSelector(Providers.NoOffer.selector));
        registration.offers = _offers(33);
        _refuse(registration, abi.encodeWithSelector(Providers.TooLong.selector, 32, 33));
        registration.offers = _offers(32);
        registration.offers[31].model = registration.offers[0].model;
        _refuse(registration, abi.encodeWithSelector(Providers.SameModelTwice.selector, bytes32(uint256(1))));
        registration.offers = _offers(32);
        registration.peerId = new bytes(65);
        _refuse(registration, abi.encodeWithSelector(Providers.TooLong.selector, 64, 65));
        registration.peerId = new bytes(64);
        registration.endpoint = string(new bytes(257));
        _refuse(registration, abi.encodeWithSelector(Providers.TooLong.selector, 256, 257));
        registration.endpoint = string(new bytes(256));
        (bytes memory byNode, bytes memory byOwner) = _sign(registration);
        providers.register{value: MINIMUM}(registration, byNode, byOwner);
    }

    function test_topUp() public {
        vm.expectRevert(abi.encodeWithSelector(Providers.NoProvider.selector, node));
        providers.topUp{value: 1}(node);
        _register(uint64(NOW), 1, MINIMUM);
        vm.expectRevert(Providers.NoAmount.selector);
        providers.topUp(node);
        providers.topUp{value: 1}(node);
        vm.assertEq(providers.stakeOf(node), MINIMUM + 1, "stake");
    }

    function test_exitIsTheOwnersAndKeepsTheMinimum() public {
        _register(uint64(NOW), 1, MINIMUM + 10);
        vm.expectRevert(abi.encodeWithSelector(Providers.NotOwner.selector, owner, address(this)));
        providers.exit(node, 10);
        _refuseExit(0, abi.encodeWithSelector(Providers.NoAmount.selector));
        _refuseExit(11, abi.encodeWithSelector(Providers.BelowMinimum.selector, MINIMUM, MINIMUM - 1));
        _refuseExit(
            MINIMUM + 11,
            abi.encodeWithSelector(Providers.MoreThanActive.selector, MINIMUM + 10, MINIMUM + 11)
        );
        vm.prank(owner);
        providers.exit(node, 10);
        vm.assertTrue(providers.isActive(node), "still active");
        vm.prank(owner);
        providers.exit(node, MINIMUM);
        vm.assertTrue(!providers.isActive(node), "gone from the list");
    }

    function test_paysOutAfterTheDelayAndNotBefore() public {
        _register(uint64(NOW), 1, MINIMUM);
        uint256 from = block.number + EXIT_BLOCKS;
        vm.expectRevert(Providers.NothingLeaves.selector);
        providers.payOut(node);
        vm.prank(owner);
        providers.exit(node, MINIMUM);
        vm.roll(from - 1);
        vm.expectRevert(abi.encodeWithSelector(Providers.NotYet.selector, from, from - 1));
        providers.payOut(node);
        vm.roll(from);
        providers.payOut(node);
        vm.expectRevert(Providers.NothingLeaves.selector);
        providers.payOut(node);
        vm.prank(owner);
        providers.withdraw(payable(address(0xD00D)));
        vm.assertEq(address(0xD00D).balance, MINIMUM, "paid");
        vm.prank(owner);
        vm.expectRevert(Providers.NothingOwed.selector);
        providers.withdraw(payable(owner));
    }

    // Attack: ask for the exit, commit the fraud, and take the stake while the proof is on its way.
    function test_attack_stakeEscapesByTheQueue() public {
        _register(uint64(NOW), 1, MINIMUM);
        vm.prank(owner);
        providers.exit(node, MINIMUM);
        vm.roll(block.number + EXIT_BLOCKS);
        vm.assertEq(providers.slash(node, MINIMUM, CHALLENGER), MINIMUM, "taken from the queue");
        vm.expectRevert(Providers.NothingLeaves.selector);
        providers.payOut(node);
        vm.assertEq(providers.owed(CHALLENGER), MINIMUM / 10, "reward");
        vm.assertEq(address(0).balance, MINIMUM - MINIMUM / 10, "burnt");
    }

    // Attack: let a wei leave, wait, and let the rest pass through the open door.
    function test_attack_stakeEscapesBehindAWei() public {
        _register(uint64(NOW), 1, MINIMUM + 1);
        vm.prank(owner);
        providers.exit(node, 1);
        uint256 from = block.number + 2 * EXIT_BLOCKS;
        vm.roll(block.number + EXIT_BLOCKS);
        vm.prank(owner);
        providers.exit(node, MINIMUM);
        vm.expectRevert(abi.encodeWithSelector(Providers.NotYet.selector, from, block.number));
        providers.payOut(node);
        vm.roll(from);
        providers.payOut(node);
        vm.assertEq(providers.owed(owner), MINIMUM + 1, "paid out");
    }

    // Attack: queue early, so that a later claim's window ends after the payment.
    function test_attack_stakeEscapesBeforeTheWindowEnds() public {
        _register(uint64(NOW), 1, 2 * MINIMUM);
        providers.lock(node, MINIMUM + 1);
        vm.prank(owner);
        providers.exit(node, MINIMUM);
        vm.roll(block.number + EXIT_BLOCKS);
        vm.expectRevert(abi.encodeWithSelector(Providers.StillLocked.selector, MINIMUM + 1));
        providers.payOut(node);
        providers.unlock(node, 1);
        providers.payOut(node);
    }

    function test_locksNoMoreThanIsFree() public {
        _register(uint64(NOW), 1, MINIMUM);
        vm.expectRevert(abi.encodeWithSelector(Providers.MoreThanFree.selector, MINIMUM, MINIMUM + 1));
        providers.lock(node, MINIMUM + 1);
        providers.lock(node, MINIMUM);
        vm.expectRevert(abi.encodeWithSelector(Providers.MoreThanFree.selector, 0, 1));
        providers.lock(node, 1);
        vm.expectRevert(abi.encodeWithSelector(Providers.MoreThanLocked.selector, MINIMUM, MINIMUM + 1));
        providers.unlock(node, MINIMUM + 1);
        providers.unlock(node, MINIMUM);
        vm.assertEq(providers.freeStakeOf(node), MINIMUM, "free");
    }

    function test_evictsBelowTheMinimum() public {
        _register(uint64(NOW), 1, MINIMUM + 5);
        providers.slash(node, 5, CHALLENGER);
        vm.assertTrue(providers.isActive(node), "at the minimum");
        providers.slash(node, 1, CHALLENGER);
        vm.assertTrue(!providers.isActive(node), "below it");
        vm.assertEq(providers.providerOf(node).active, 0, "active");
        vm.assertEq(providers.providerOf(node).leaving, MINIMUM - 1, "the rest is leaving");
        vm.expectRevert(abi.encodeWithSelector(Providers.NoProvider.selector, node));
        providers.topUp{value: 1}(node);
        vm.roll(block.number + EXIT_BLOCKS);
        providers.payOut(node);
        vm.assertEq(providers.owed(owner), MINIMUM - 1, "time alone gets out");
    }

    function test_attack_slashesWithoutBeingNamed(address caller) public {
        vm.assume(caller != address(this));
        _register(uint64(NOW), 1, MINIMUM);
        bytes memory error = abi.encodeWithSelector(Providers.NotSlasher.selector, caller);
        vm.prank(caller);
        vm.expectRevert(error);
        providers.slash(node, 1, caller);
        vm.prank(caller);
        vm.expectRevert(error);
        providers.lock(node, 1);
        vm.prank(caller);
        vm.expectRevert(error);
        providers.unlock(node, 0);
    }

    function testFuzz_slashesToTheWei(uint128 stake, uint128 leaving, uint128 amount) public {
        stake = uint128(within(stake, MINIMUM, 900_000 ether));
        leaving = uint128(within(leaving, 0, stake - MINIMUM));
        amount = uint128(within(amount, 0, 2 * uint256(stake)));
        _register(uint64(NOW), 1, stake);
        if (leaving > 0) {
            vm.prank(owner);
            providers.exit(node, leaving);
        }
        uint256 expected = amount < stake ? amount : stake;
        uint256 taken = providers.slash(node, amount, CHALLENGER);
        vm.assertEq(taken, expected, "taken");
        vm.assertEq(providers.owed(CHALLENGER), taken / 10, "a tenth for the challenger");
        vm.assertEq(address(0).balance, taken - taken / 10, "the rest is burnt");
        vm.assertEq(providers.burnt(), taken - taken / 10, "and counted");
        vm.assertEq(providers.stakeOf(node), stake - taken, "what is left");
    }

    function test_construction() public {
        vm.expectRevert(Providers.WrongConstruction.selector);
        new Providers(address(0), address(0), MINIMUM, EXIT_BLOCKS);
        vm.expectRevert(Providers.WrongConstruction.selector);
        new Providers(address(this), address(0), 0, EXIT_BLOCKS);
        vm.expectRevert(Providers.WrongConstruction.selector);
        new Providers(address(this), address(0), MINIMUM, 0);
        vm.expectRevert(Providers.WrongConstruction.selector);
        new Providers(address(this), address(0), MINIMUM, 1_000_001);
    }

    function _register(
        uint64 timestamp,
        uint192 nonce,
        uint256 value
    ) private returns (Providers.Registration memory registration) {
        registration = registrationOf(NODE, OWNER, timestamp, nonce);
        (bytes memory byNode, bytes memory byOwner) = _sign(registration);
        providers.register{value: value}(registration, byNode, byOwner);
    }

    function _sign(
        Providers.Registration memory registration
    ) private view returns (bytes memory byNode, bytes memory byOwner) {
        bytes32 digest = providers.registrationHash(registration);
        return (signatureOf(NODE, digest), signatureOf(OWNER, digest));
    }

    function _refuse(uint64 timestamp, uint192 nonce, bytes memory error) private {
        _refuse(registrationOf(NODE, OWNER, timestamp, nonce), error);
    }

    function _refuse(Providers.Registration memory registration, bytes memory error) private {
        (bytes memory byNode, bytes memory byOwner) = _sign(registration);
        vm.expectRevert(error);
        providers.register{value: MINIMUM}(registration, byNode, byOwner);
    }

    function _refuseExit(uint128 amount, bytes memory error) private {
        vm.prank(owner);
        vm.expectRevert(error);
        providers.exit(node, amount);
    }

    function _offers(uint256 count) private pure returns (Providers.Offer[] memory offers) {
        offers = new Providers.Offer[](count);
        for (uint256 i = 0; i < count; i++) offers[i] = Providers.Offer(bytes32(i + 1), 1, 1);
    }
}

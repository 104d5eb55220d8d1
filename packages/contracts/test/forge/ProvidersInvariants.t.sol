// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Providers} from "../solidity/market/Providers.sol";
import {registrationOf, signatureOf} from "./support/SignedRegistration.sol";
import {vm, within} from "./support/Vm.sol";

/// @notice Does everything that can be done with stake, in any order; it is both slashers. A call that should succeed
/// and reverts is a fault, since the suite fails on reverts.
contract ProvidersHandler {
    uint256 public constant NODES = 3;
    uint256 public constant OWNERS = 2;
    uint128 public constant MINIMUM = 1000;
    uint64 public constant EXIT_BLOCKS = 20;
    address public constant CHALLENGER = address(0xC4A1);

    Providers public immutable PROVIDERS;
    uint256 public deposited;
    uint256 public withdrawn;
    uint256 public slashed;
    uint256 public rewarded;
    uint64 private _time = 1_800_000_000;
    uint64 private _block = 1_000;
    uint192 private _nonce;

    constructor() {
        PROVIDERS = new Providers(address(this), address(0), MINIMUM, EXIT_BLOCKS);
        vm.deal(address(this), type(uint96).max);
        vm.warp(_time);
        vm.roll(_block);
    }

    function nodeOf(uint256 place) public pure returns (address) {
        return vm.addr(0x1000 + (place % NODES));
    }

    function ownerOf(uint256 place) public pure returns (address) {
        return vm.addr(0x2000 + (place % OWNERS));
    }

    function register(uint256 place, uint256 ownerPlace, uint256 value) external {
        address node = nodeOf(place);
        Providers.Provider memory before = PROVIDERS.providerOf(node);
        address owner = ownerOf(ownerPlace);
        if (before.owner != address(0) && before.owner != owner) return;
        value = within(value, before.active < MINIMUM ? MINIMUM - before.active : 0, 5 * MINIMUM);
        // Each one after the nonces of those before it have been forgotten.
        skip(0, 601);
        Providers.Registration memory registration = registrationOf(
            0x1000 + (place % NODES),
            0x2000 + (ownerPlace % OWNERS),
            _time,
            _nonce++
        );
        bytes32 digest = PROVIDERS.registrationHash(registration);
        PROVIDERS.register{value: value}(
            registration,
            signatureOf(0x1000 + (place % NODES), digest),
            signatureOf(0x2000 + (ownerPlace % OWNERS), digest)
        );
        deposited += value;
        vm.assertTrue(PROVIDERS.isActive(node), "registered");
    }

    function topUp(uint256 place, uint256 value) external {
        address node = nodeOf(place);
        if (!PROVIDERS.isActive(node)) return;
        value = within(value, 1, MINIMUM);
        PROVIDERS.topUp{value: value}(node);
        deposited += value;
    }

    function exit(uint256 place, uint256 amount, bool isAll) external {
        address node = nodeOf(place);
        Providers.Provider memory provider = PROVIDERS.providerOf(node);
        if (provider.active == 0) return;
        amount = isAll ? provider.active : within(amount, 0, provider.active - MINIMUM);
        if (amount == 0) return;
        vm.prank(provider.owner);
        PROVIDERS.exit(node, uint128(amount));
        vm.assertEq(PROVIDERS.stakeOf(node), provider.active + provider.leaving, "an exit takes nothing");
    }

    function payOut(uint256 place) external {
        address node = nodeOf(place);
        Providers.Provider memory provider = PROVIDERS.providerOf(node);
        if (provider.leaving == 0 || provider.locked > provider.active || _block < provider.payableFrom) return;
        uint256 before = PROVIDERS.owed(provider.owner);
        PROVIDERS.payOut(node);
        vm.assertEq(PROVIDERS.owed(provider.owner) - before, provider.leaving, "paid out");
    }

    function lock(uint256 place, uint256 amount) external {
        address node = nodeOf(place);
        uint256 free = PROVIDERS.freeStakeOf(node);
        PROVIDERS.lock(node, uint128(within(amount, 0, free)));
    }

    function unlock(uint256 place, uint256 amount) external {
        address node = nodeOf(place);
        PROVIDERS.unlock(node, uint128(within(amount, 0, PROVIDERS.providerOf(node).locked)));
    }

    function slash(uint256 place, uint256 amount) external {
        address node = nodeOf(place);
        uint256 stake = PROVIDERS.stakeOf(node);
        amount = within(amount, 0, stake + MINIMUM);
        uint256 taken = PROVIDERS.slash(node, uint128(amount), CHALLENGER);
        vm.assertEq(taken, amount < stake ? amount : stake, "all stake can be slashed, in the queue too");
        vm.assertEq(PROVIDERS.stakeOf(node), stake - taken, "no more than that is gone");
        slashed += taken;
        rewarded += taken / 10;
    }

    function withdraw(uint256 place) external {
        address account = place % (OWNERS + 1) == OWNERS ? CHALLENGER : ownerOf(place);
        uint256 amount = PROVIDERS.owed(account);
        if (amount == 0) return;
        vm.prank(account);
        PROVIDERS.withdraw(payable(address(0xD00D)));
        withdrawn += amount;
    }

    function skip(uint256 blocks, uint256 seconds_) public {
        _block += uint64(within(blocks, 0, EXIT_BLOCKS));
        _time += uint64(within(seconds_, 0, 601));
        vm.roll(_block);
        vm.warp(_time);
    }

    /// @dev What waiting brings, with nobody's help but the owners' own.
    function emptyByTime() external {
        for (uint256 i = 0; i < NODES; i++) {
            address node = nodeOf(i);
            Providers.Provider memory provider = PROVIDERS.providerOf(node);
            PROVIDERS.unlock(node, provider.locked);
            if (provider.active > 0) {
                vm.prank(provider.owner);
                PROVIDERS.exit(node, provider.active);
            }
        }
        vm.roll(_block + EXIT_BLOCKS);
        for (uint256 i = 0; i < NODES; i++) {
            if (PROVIDERS.stakeOf(nodeOf(i)) > 0) PROVIDERS.payOut(nodeOf(i));
        }
        for (uint256 i = 0; i <= OWNERS; i++) this.withdraw(i);
    }
}

contract ProvidersInvariants {
    ProvidersHandler handler;
    Providers providers;

    function setUp() public {
        handler = new ProvidersHandler();
        providers = handler.PROVIDERS();
    }

    function targetContracts() external view returns (address[] memory contracts) {
        contracts = new address[](1);
        contracts[0] = address(handler);
    }

    struct Selectors {
        address addr;
        bytes4[] selectors;
    }

    function targetSelectors() external view returns (Selectors[] memory targets) {
        targets = new Selectors[](1);
        bytes4[] memory selectors = new bytes4[](9);
        selectors[0] = handler.register.selector;
        selectors[1] = handler.topUp.selector;
        selectors[2] = handler.exit.selector;
        selectors[3] = handler.payOut.selector;
        selectors[4] = handler.lock.selector;
        selectors[5] = handler.unlock.selector;
        selectors[6] = handler.slash.selector;
        selectors[7] = handler.withdraw.selector;
        selectors[8] = handler.skip.selector;
        targets[0] = Selectors(address(handler), selectors);
    }

    function invariant_balancesAndBurntAreDeposits() public view {
        uint256 sum = providers.owed(handler.CHALLENGER());
        for (uint256 i = 0; i < handler.OWNERS(); i++) sum += providers.owed(handler.ownerOf(i));
        for (uint256 i = 0; i < handler.NODES(); i++) sum += providers.stakeOf(handler.nodeOf(i));
        vm.assertEq(address(providers).balance, sum, "balance = stakes + owed");
        vm.assertEq(
            sum + providers.burnt() + handler.withdrawn(),
            handler.deposited(),
            "stakes + owed + burnt + withdrawn = deposited"
        );
        vm.assertEq(address(0).balance, providers.burnt(), "burnt coins are burnt");
    }

    function invariant_slashedIsBurntAndRewarded() public view {
        vm.assertEq(providers.burnt() + handler.rewarded(), handler.slashed(), "slashed = burnt + rewards");
        vm.assertLe(handler.slashed(), handler.deposited(), "no more than was there");
    }

    function invariant_activeMeansTheMinimum() public view {
        uint256 count = 0;
        for (uint256 i = 0; i < handler.NODES(); i++) {
            address node = handler.nodeOf(i);
            Providers.Provider memory provider = providers.providerOf(node);
            bool isActive = providers.isActive(node);
            if (isActive) count++;
            if (isActive) vm.assertTrue(provider.active >= handler.MINIMUM(), "active: at least the minimum");
            else vm.assertEq(provider.active, 0, "not active: everything is leaving");
            bool hasStake = provider.active > 0 || provider.leaving > 0;
            vm.assertTrue(hasStake == (provider.owner != address(0)), "stake has an owner");
        }
        vm.assertEq(providers.activeCount(), count, "the list");
    }

    function invariant_timeAloneEmptiesIt() public {
        handler.emptyByTime();
        vm.assertEq(address(providers).balance, 0, "nothing is stranded");
        vm.assertEq(handler.withdrawn() + providers.burnt(), handler.deposited(), "everybody has been paid");
    }
}

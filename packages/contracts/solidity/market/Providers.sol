// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";

/// @title Who sells inference, and the coins that they stand to lose
/// @notice A provider is a node, known by the address of its key. Its owner stakes coins for it. Whoever proves a fraud
/// to one of two contracts, which were named when this one was made, has the stake slashed: a tenth of it goes to
/// whoever proved it, the rest is burnt. Nobody can change, pause or replace this contract.
/// @dev Stake leaves in one way: `exit`, the delay, `payOut`. Until it is paid out it can be slashed, and what a claim
/// of the provider locks is not paid out. Coins are only credited here and fetched by `withdraw`, so that no recipient
/// can hold up anybody else.
///
/// Always: balance = the stakes of all providers, active and leaving, + what is owed.
contract Providers is EIP712 {
    using EnumerableSet for EnumerableSet.AddressSet;

    /// @notice What a provider asks for a model, in wei for each token.
    struct Offer {
        /// SHA-256 of the model's file.
        bytes32 model;
        uint128 promptTokenPrice;
        uint128 outputTokenPrice;
    }

    /// @notice What node and owner sign. EIP-712 adds the chain and this contract.
    struct Registration {
        /// Gets the stake back.
        address owner;
        /// The address of the key that signs for the node.
        address node;
        /// By which the network knows the node.
        bytes peerId;
        Offer[] offers;
        /// Where the node can be reached; may be empty.
        string endpoint;
        /// When it was signed, in seconds.
        uint64 timestamp;
        /// Anything that the node has not used before.
        uint192 nonce;
    }

    /// @notice What is known about a provider.
    struct Provider {
        address owner;
        /// From this block on `leaving` can be paid out.
        uint64 payableFrom;
        /// Stake that stands behind the node's work.
        uint128 active;
        /// Stake in the exit queue. It can be slashed as well.
        uint128 leaving;
        /// Of both, what claims of the provider need until their windows are over.
        uint128 locked;
        /// When the newest registration was signed. An older one is not taken any more.
        uint64 timestamp;
        /// The EIP-712 hash of that registration: models, prices and endpoint are in the event.
        bytes32 registration;
    }

    /// @dev A registration's nonce, until the registration is too old to be used again.
    struct UsedNonce {
        uint64 timestamp;
        uint192 nonce;
    }

    uint256 public constant MAX_OFFERS = 32;
    uint256 public constant MAX_PEER_ID_BYTES = 64;
    uint256 public constant MAX_ENDPOINT_BYTES = 256;
    /// @notice A registration can be used for so long after it was signed, in seconds.
    uint64 public constant MAX_AGE_SECONDS = 600;
    /// @notice The clocks of signers may be ahead by so much.
    uint64 public constant MAX_AHEAD_SECONDS = 60;
    /// @notice So many registrations of a node fit into the time in which one can be used. It bounds the memory.
    uint256 public constant MAX_NONCES = 8;
    /// @notice Of what is slashed, one part in so many goes to whoever proved the fraud.
    uint256 public constant REWARD_PART = 10;
    /// @notice The longest delay that this contract can be made with: 58 days at 5 seconds a block.
    uint64 public constant MAX_EXIT_BLOCKS = 1_000_000;
    /// @notice Where burnt coins go. Nobody has its key.
    address public constant BURNT = address(0);

    bytes32 private constant OFFER_TYPE =
        keccak256("Offer(bytes32 model,uint128 promptTokenPrice,uint128 outputTokenPrice)");
    bytes32 private constant REGISTRATION_TYPE =
        keccak256(
            "Registration(address owner,address node,bytes peerId,Offer[] offers,string endpoint,uint64 timestamp,uint192 nonce)"
            "Offer(bytes32 model,uint128 promptTokenPrice,uint128 outputTokenPrice)"
        );

    /// @notice The contracts that may lock and slash stake: sessions, and rounds. Address 0 is nobody.
    address public immutable CHANNELS;
    address public immutable ROUNDS;
    /// @notice With less active stake than this a node is no provider.
    uint128 public immutable MINIMUM_STAKE;
    /// @notice Stake is paid out so many blocks after it began to leave.
    uint64 public immutable EXIT_BLOCKS;

    mapping(address node => Provider) private _providers;
    mapping(address node => UsedNonce[MAX_NONCES]) private _nonces;
    EnumerableSet.AddressSet private _active;
    /// @notice What `withdraw` pays.
    mapping(address account => uint256) public owed;
    /// @notice All that has been burnt.
    uint256 public burnt;

    event Registered(
        address indexed node,
        address indexed owner,
        bytes32 indexed registration,
        bytes peerId,
        Offer[] offers,
        string endpoint,
        uint64 timestamp
    );
    event Staked(address indexed node, address indexed from, uint256 amount, uint256 active);
    event Leaving(address indexed node, uint256 amount, uint256 leaving, uint64 payableFrom);
    /// @notice The node's active stake fell below the minimum; the rest of it is leaving.
    event Evicted(address indexed node, uint256 rest);
    event Locked(address indexed node, uint256 amount, uint256 locked);
    event Unlocked(address indexed node, uint256 amount, uint256 locked);
    event Slashed(
        address indexed node,
        address indexed challenger,
        address indexed slasher,
        uint256 amount,
        uint256 burnt,
        uint256 reward
    );
    event PaidOut(address indexed node, address indexed owner, uint256 amount);
    event Withdrawn(address indexed account, address indexed to, uint256 amount);

    error WrongConstruction();
    error NoProvider(address node);
    error NotOwner(address owner, address caller);
    error OwnedBySomebodyElse(address owner);
    error NotSignedByNode(address expected, address actual);
    error NotSignedByOwner(address owner);
    error NoOffer();
    error SameModelTwice(bytes32 model);
    error TooLong(uint256 max, uint256 actual);
    error FromTheFuture(uint64 timestamp, uint256 present);
    error TooOld(uint64 timestamp, uint256 present);
    error OlderThanPresent(uint64 timestamp, uint64 present);
    error NonceUsed(uint192 nonce);
    error TooManyRegistrations(uint256 max);
    error NoAmount();
    error BelowMinimum(uint256 minimum, uint256 actual);
    error MoreThanActive(uint256 active, uint256 wanted);
    error NothingLeaves();
    error NotYet(uint64 from, uint256 present);
    error StillLocked(uint256 locked);
    error MoreThanFree(uint256 free, uint256 wanted);
    error MoreThanLocked(uint256 locked, uint256 wanted);
    error NotSlasher(address caller);
    error NothingOwed();
    error NotPaid(address to);

    modifier onlySlashers() {
        if (msg.sender != CHANNELS && msg.sender != ROUNDS) revert NotSlasher(msg.sender);
        _;
    }

    /// @param channels May lock and slash.
    /// @param rounds May too; address 0 if there are none.
    constructor(address channels, address rounds, uint128 minimumStake, uint64 exitBlocks) EIP712("poai Providers", "1") {
        if (channels == address(0) || minimumStake == 0) revert WrongConstruction();
        if (exitBlocks == 0 || exitBlocks > MAX_EXIT_BLOCKS) revert WrongConstruction();
        CHANNELS = channels;
        ROUNDS = rounds;
        MINIMUM_STAKE = minimumStake;
        EXIT_BLOCKS = exitBlocks;
    }

    /// @notice Makes a node a provider, or changes what it offers. Coins that are sent become stake.
    /// @dev Anyone may bring it: what counts is who signed. A node has one owner until all of its stake is paid out.
    /// @param nodeSignature By the node's key.
    /// @param ownerSignature By the owner's key, or what the owner's contract takes for a signature (ERC-1271).
    function register(
        Registration calldata registration,
        bytes calldata nodeSignature,
        bytes calldata ownerSignature
    ) external payable {
        _checkForm(registration);
        bytes32 digest = registrationHash(registration);
        _checkSignatures(registration, digest, nodeSignature, ownerSignature);
        address node = registration.node;
        Provider storage provider = _providers[node];
        if (provider.owner != address(0) && provider.owner != registration.owner) {
            revert OwnedBySomebodyElse(provider.owner);
        }
        _useOnce(provider.timestamp, registration);
        provider.owner = registration.owner;
        provider.timestamp = registration.timestamp;
        provider.registration = digest;
        _emitRegistered(registration, digest);
        if (msg.value > 0) _stake(node, provider);
        if (provider.active < MINIMUM_STAKE) revert BelowMinimum(MINIMUM_STAKE, provider.active);
        _active.add(node);
    }

    /// @notice Adds the coins that are sent to a provider's stake. They belong to its owner from then on.
    function topUp(address node) external payable {
        if (msg.value == 0) revert NoAmount();
        if (!_active.contains(node)) revert NoProvider(node);
        _stake(node, _providers[node]);
    }

    /// @notice Lets stake leave: all of it, or so much that the minimum stays. What is leaving already waits anew.
    function exit(address node, uint128 amount) external {
        Provider storage provider = _providers[node];
        if (provider.owner == address(0)) revert NoProvider(node);
        if (provider.owner != msg.sender) revert NotOwner(provider.owner, msg.sender);
        if (amount == 0) revert NoAmount();
        if (amount > provider.active) revert MoreThanActive(provider.active, amount);
        uint128 rest = provider.active - amount;
        if (rest > 0 && rest < MINIMUM_STAKE) revert BelowMinimum(MINIMUM_STAKE, rest);
        if (rest == 0) _active.remove(node);
        _leave(node, provider, amount);
    }

    /// @notice Credits the owner with the stake that left, once the delay is over. Anyone may call it.
    /// @dev What claims have locked stays until they are over, which takes a window.
    function payOut(address node) external {
        Provider storage provider = _providers[node];
        uint128 amount = provider.leaving;
        if (amount == 0) revert NothingLeaves();
        if (block.number < provider.payableFrom) revert NotYet(provider.payableFrom, block.number);
        if (provider.locked > provider.active) revert StillLocked(provider.locked);
        address owner = provider.owner;
        provider.leaving = 0;
        owed[owner] += amount;
        emit PaidOut(node, owner, amount);
        // The timestamp stays, so that no old registration comes back.
        if (provider.active == 0) {
            provider.owner = address(0);
            provider.registration = 0;
        }
    }

    /// @notice Pays the caller what is owed to it.
    function withdraw(address payable to) external {
        uint256 amount = owed[msg.sender];
        if (amount == 0) revert NothingOwed();
        owed[msg.sender] = 0;
        emit Withdrawn(msg.sender, to, amount);
        (bool paid, ) = to.call{value: amount}("");
        if (!paid) revert NotPaid(to);
    }

    /// @notice Keeps stake from being paid out, because a claim needs it. Only a slasher may.
    /// @dev The slasher unlocks it when the claim's window is over, however it ends.
    function lock(address node, uint128 amount) external onlySlashers {
        Provider storage provider = _providers[node];
        uint256 free = _freeStake(provider);
        if (amount > free) revert MoreThanFree(free, amount);
        provider.locked += amount;
        emit Locked(node, amount, provider.locked);
    }

    /// @notice Ends what `lock` began. Only a slasher may.
    function unlock(address node, uint128 amount) external onlySlashers {
        Provider storage provider = _providers[node];
        if (amount > provider.locked) revert MoreThanLocked(provider.locked, amount);
        provider.locked -= amount;
        emit Unlocked(node, amount, provider.locked);
    }

    /// @notice Takes stake from a provider that committed a fraud, from what is active first. Only a slasher may.
    /// @param amount What to take; less is taken if there is less.
    /// @param challenger Gets a tenth, rounded down.
    /// @return taken What was taken.
    function slash(address node, uint128 amount, address challenger) external onlySlashers returns (uint128 taken) {
        Provider storage provider = _providers[node];
        uint128 fromActive = amount < provider.active ? amount : provider.active;
        uint128 fromLeaving = amount - fromActive < provider.leaving ? amount - fromActive : provider.leaving;
        taken = fromActive + fromLeaving;
        if (taken == 0) return 0;
        provider.active -= fromActive;
        provider.leaving -= fromLeaving;
        uint256 reward = taken / REWARD_PART;
        uint256 toBurn = taken - reward;
        owed[challenger] += reward;
        burnt += toBurn;
        emit Slashed(node, challenger, msg.sender, taken, toBurn, reward);
        if (provider.active < MINIMUM_STAKE && _active.remove(node)) {
            emit Evicted(node, provider.active);
            if (provider.active > 0) _leave(node, provider, provider.active);
        }
        if (provider.active == 0 && provider.leaving == 0) {
            provider.owner = address(0);
            provider.registration = 0;
        }
        (bool paid, ) = BURNT.call{value: toBurn}("");
        if (!paid) revert NotPaid(BURNT);
    }

    /// @notice What is known about a node; zeros if it is no provider.
    function providerOf(address node) external view returns (Provider memory) {
        return _providers[node];
    }

    /// @notice Whether the node is registered and has the minimum of active stake.
    function isActive(address node) external view returns (bool) {
        return _active.contains(node);
    }

    /// @notice How many providers are active.
    function activeCount() external view returns (uint256) {
        return _active.length();
    }

    /// @notice Active providers from a place in the list on, which changes when one goes.
    function activeProviders(uint256 from, uint256 count) external view returns (address[] memory) {
        uint256 length = _active.length();
        if (from > length) from = length;
        return _active.values(from, count < length - from ? from + count : length);
    }

    /// @notice What can be slashed: the active and the leaving stake.
    function stakeOf(address node) external view returns (uint256) {
        return uint256(_providers[node].active) + _providers[node].leaving;
    }

    /// @notice The active stake that no claim has locked: the most that a new claim may put at risk.
    function freeStakeOf(address node) external view returns (uint256) {
        return _freeStake(_providers[node]);
    }

    /// @notice What node and owner sign.
    function registrationHash(Registration calldata registration) public view returns (bytes32) {
        uint256 count = registration.offers.length;
        bytes32[] memory offers = new bytes32[](count);
        for (uint256 i = 0; i < count; i++) {
            Offer calldata offer = registration.offers[i];
            offers[i] = keccak256(abi.encode(OFFER_TYPE, offer.model, offer.promptTokenPrice, offer.outputTokenPrice));
        }
        return
            _hashTypedDataV4(
                keccak256(
                    abi.encode(
                        REGISTRATION_TYPE,
                        registration.owner,
                        registration.node,
                        keccak256(registration.peerId),
                        keccak256(abi.encodePacked(offers)),
                        keccak256(bytes(registration.endpoint)),
                        registration.timestamp,
                        registration.nonce
                    )
                )
            );
    }

    function _checkForm(Registration calldata registration) private pure {
        Offer[] calldata offers = registration.offers;
        if (offers.length == 0) revert NoOffer();
        if (offers.length > MAX_OFFERS) revert TooLong(MAX_OFFERS, offers.length);
        if (registration.peerId.length > MAX_PEER_ID_BYTES) {
            revert TooLong(MAX_PEER_ID_BYTES, registration.peerId.length);
        }
        if (bytes(registration.endpoint).length > MAX_ENDPOINT_BYTES) {
            revert TooLong(MAX_ENDPOINT_BYTES, bytes(registration.endpoint).length);
        }
        for (uint256 i = 1; i < offers.length; i++) {
            for (uint256 j = 0; j < i; j++) {
                if (offers[i].model == offers[j].model) revert SameModelTwice(offers[i].model);
            }
        }
    }

    function _checkSignatures(
        Registration calldata registration,
        bytes32 digest,
        bytes calldata nodeSignature,
        bytes calldata ownerSignature
    ) private view {
        address signer = ECDSA.recoverCalldata(digest, nodeSignature);
        if (signer != registration.node) revert NotSignedByNode(registration.node, signer);
        if (!SignatureChecker.isValidSignatureNow(registration.owner, digest, ownerSignature)) {
            revert NotSignedByOwner(registration.owner);
        }
    }

    function _emitRegistered(Registration calldata registration, bytes32 digest) private {
        emit Registered(
            registration.node,
            registration.owner,
            digest,
            registration.peerId,
            registration.offers,
            registration.endpoint,
            registration.timestamp
        );
    }

    /// @dev Refuses a registration from another time, one that was used, and one that a newer one replaced. Nonces are
    /// forgotten when their registrations are too old to be taken.
    function _useOnce(uint64 newest, Registration calldata registration) private {
        uint64 timestamp = registration.timestamp;
        if (timestamp > block.timestamp + MAX_AHEAD_SECONDS) revert FromTheFuture(timestamp, block.timestamp);
        if (_isTooOld(timestamp)) revert TooOld(timestamp, block.timestamp);
        if (timestamp < newest) revert OlderThanPresent(timestamp, newest);
        UsedNonce[MAX_NONCES] storage used = _nonces[registration.node];
        uint256 place = MAX_NONCES;
        for (uint256 i = 0; i < MAX_NONCES; i++) {
            UsedNonce memory one = used[i];
            if (_isTooOld(one.timestamp)) place = i;
            else if (one.nonce == registration.nonce) revert NonceUsed(registration.nonce);
        }
        if (place == MAX_NONCES) revert TooManyRegistrations(MAX_NONCES);
        used[place] = UsedNonce(timestamp, registration.nonce);
    }

    /// @dev In 256 bits: a timestamp near 2^64 must not wrap round.
    function _isTooOld(uint64 timestamp) private view returns (bool) {
        return uint256(timestamp) + MAX_AGE_SECONDS < block.timestamp;
    }

    function _stake(address node, Provider storage provider) private {
        // All coins of the network are far fewer than 2^128 wei.
        provider.active += uint128(msg.value);
        emit Staked(node, msg.sender, msg.value, provider.active);
    }

    function _leave(address node, Provider storage provider, uint128 amount) private {
        provider.active -= amount;
        provider.leaving += amount;
        provider.payableFrom = uint64(block.number) + EXIT_BLOCKS;
        emit Leaving(node, amount, provider.leaving, provider.payableFrom);
    }

    function _freeStake(Provider storage provider) private view returns (uint256) {
        return provider.active > provider.locked ? provider.active - provider.locked : 0;
    }
}

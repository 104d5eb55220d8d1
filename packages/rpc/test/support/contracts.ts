/** Contracts by hand, small enough to read. */

/**
 * Logs the word that it is called with, under itself as the topic, and counts its calls in slot 0: see the test
 * network.
 */
export const LOGGER_CODE = '60003560005260003560206000a1600054600101600055'
/**
 * Copies the 23 bytes of the code behind it and returns them: PUSH1 23; DUP1; PUSH1 11; PUSH1 0; CODECOPY; PUSH1 0;
 * RETURN.
 */
export const LOGGER_INIT_CODE: `0x${string}` = `0x601780600b6000396000f3${LOGGER_CODE}`

/** `Error("no")`, as `revert("no")` returns it. */
const REVERT_DATA = `08c379a0${'20'.padStart(64, '0')}${'2'.padStart(64, '0')}${'6e6f'.padEnd(64, '0')}`
/** Reverts with the bytes behind its code: PUSH1 100; PUSH1 12; PUSH1 0; CODECOPY; PUSH1 100; PUSH1 0; REVERT. */
const REVERTER_CODE = `6064600c60003960646000fd${REVERT_DATA}`
/** Deploys what undoes every call. */
export const REVERTER_INIT_CODE: `0x${string}` = `0x60${(REVERTER_CODE.length / 2).toString(16)}80600b6000396000f3${REVERTER_CODE}`

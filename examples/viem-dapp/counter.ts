import { parseAbi } from 'viem'

export const counterAbi = parseAbi([
  'function increment()',
  'function count() view returns (uint256)',
  'event Incremented(address indexed by, uint256 count)',
])

/**
 * A contract that counts its calls, as a compiler would give it:
 *
 *     contract Counter {
 *       event Incremented(address indexed by, uint256 count);
 *       uint256 public count;
 *       function increment() external { count++; emit Incremented(msg.sender, count); }
 *     }
 */
export const counterBytecode =
  '0x6056600a5f3960565ff35f3560e01c8063d09de08a14601b576306661abd14604d575f5ffd5b5f54600101805f555f52337f38ac789ed44572701765277c4d0970f2db1c1a571ed39e84358095ae4eaa542060205fa2005b5f545f5260205ff3'

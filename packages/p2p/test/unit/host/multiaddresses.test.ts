import { describe, expect, it } from 'vitest'
import {
  addressGroup,
  isPrivateLocation,
  networkGroup,
  parseDialAddress,
  plainIp,
} from '../../../src/host/multiaddresses.ts'

const ID = '12D3KooWGRYZDHNVnvCwPQNEyvzmzyBDZ8q3iNLVmMxV8XaZbZQS'

describe('multiaddresses', () => {
  it('are taken apart', () => {
    expect(parseDialAddress(`/ip4/192.0.2.1/tcp/30404/p2p/${ID}`)).toEqual({
      peerId: ID,
      location: '/ip4/192.0.2.1/tcp/30404',
    })
    expect(parseDialAddress('/dns4/node.example/tcp/1')).toEqual({
      peerId: undefined,
      location: '/dns4/node.example/tcp/1',
    })
  })

  it.each([
    '',
    'node.example:30404',
    '/ip4/192.0.2.1',
    '/ip4/192.0.2.1/udp/30404',
    '/ip4/192.0.2.300/tcp/1',
    '/ip4/192.0.2.1/tcp/1/p2p/short',
    `/ip4/192.0.2.1/tcp/1/p2p/${ID}/p2p-circuit`,
    `/ip4/192.0.2.1/tcp/${'1'.repeat(300)}`,
  ])('are refused if no node can be reached by them: %s', (text) => {
    expect(() => parseDialAddress(text)).toThrow('not an address of a node')
  })

  it.each([
    ['1.2.3.4', '1.2.3.4'],
    ['::FFFF:1.2.3.4', '1.2.3.4'],
    ['::ffff:102:304', '1.2.3.4'],
    ['2001:DB8::1', '2001:db8::1'],
  ])('name an IP address in one way: %s', (ip, plain) => {
    expect(plainIp(ip)).toBe(plain)
  })

  it.each([
    ['1.2.3.4', '1.2.3.4'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('belong to a group: %s', (ip, group) => {
    expect(addressGroup(ip)).toBe(group)
  })

  it.each([
    ['1.2.3.4', '1.2/16'],
    ['1.23.4.5', '1.23/16'],
    ['2001:0db8:1:2::9', '2001:db8::/32'],
    ['2001::1', '2001:0::/32'],
  ])('belong to a network: %s', (ip, network) => {
    expect(networkGroup(ip)).toBe(network)
  })

  it.each([
    ['/ip4/127.0.0.1/tcp/1', true],
    ['/ip4/10.1.2.3/tcp/1', true],
    ['/ip6/::1/tcp/1', true],
    ['/ip4/8.8.8.8/tcp/1', false],
    ['/dns4/node.example/tcp/1', false],
  ])('are private or not: %s', (location, isPrivate) => {
    expect(isPrivateLocation(location)).toBe(isPrivate)
  })
})

// Made from models/manifest.json: npm run contracts

/** SHA-256 of the models that come with every node: what contracts name them by. */
export const MODELS = {
  'quiz-1': '0x44155e737aed0961a975625db43f710823405862fe918e326f872498425d5ecc',
  'chat-1': '0x4adf4cf4626b07658090a85b67b1e636c69ed50c465e381d0105ce76dc233d70',
} as const

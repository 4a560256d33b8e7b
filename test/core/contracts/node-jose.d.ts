// What the tests use of node-jose, which comes without types.
declare module 'node-jose' {
  interface Decrypter {
    decrypt(token: string): Promise<{ plaintext: Uint8Array; header: Record<string, unknown> }>;
  }
  const jose: {
    JWK: { asKey(jwk: object): Promise<object> };
    JWE: { createDecrypt(key: object): Decrypter };
  };
  export default jose;
}

/** What is told by whoever starts the tests. */
export function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set. Run these tests by \`cargo xtask test\`.`);
  return value;
}

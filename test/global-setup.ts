/** Refuses to run the tests on a Node that came from the host instead of the pinned dev dependency. */
export default function setup(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 24 || (major === 24 && minor < 15)) {
    throw new Error(
      `node ${process.versions.node} runs the tests; 24.15 or newer is needed: run "npm ci" with install scripts`,
    )
  }
}

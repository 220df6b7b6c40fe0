export async function handler(): Promise<never> {
  console.log('tried')
  throw new Error('always')
}

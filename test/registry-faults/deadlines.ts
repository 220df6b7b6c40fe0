import { vi } from 'vitest'

/** Makes deadlines pass when the test says so, and not before: by calling what is returned. */
export function heldDeadlines(): () => void {
  const running = new Set<AbortController>()
  vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => {
    const controller = new AbortController()
    running.add(controller)
    return controller.signal
  })
  return () => {
    for (const one of running) one.abort(new DOMException('the deadline has passed', 'TimeoutError'))
    running.clear()
  }
}

/** How much is read beside one manifest: it is all held at once. */
export type Room = {
  /** Manifests opened, and layers read. */
  readonly candidates: number
  /** Bytes of a manifest that is asked for by digest or tag, and of one list of referrers. */
  readonly manifest: number
  /** Bytes of one referrer's manifest. */
  readonly referrer: number
  /** Bytes of all layers. */
  readonly layers: number
  /** Bytes of an image config. */
  readonly config: number
}
const ROOM: Room = {
  candidates: 100,
  manifest: 4 * 1024 * 1024,
  referrer: 128 * 1024,
  layers: 48 * 1024 * 1024,
  config: 1024 * 1024,
}
const LEAST: Room = { candidates: 10, manifest: 64 * 1024, referrer: 64 * 1024, layers: 0, config: 128 * 1024 }

/** The room of one among so many manifests that are read for the same image. */
export function roomFor(manifests: number): Room {
  const share = (limit: keyof Room, usual: number) =>
    Math.max(LEAST[limit], Math.min(ROOM[limit], Math.floor(usual / manifests)))
  return {
    candidates: share('candidates', ROOM.candidates * 4),
    manifest: share('manifest', ROOM.manifest * 2),
    referrer: share('referrer', ROOM.referrer),
    layers: share('layers', ROOM.layers),
    config: share('config', ROOM.config * 8),
  }
}

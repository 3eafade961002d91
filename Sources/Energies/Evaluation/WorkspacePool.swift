import Synchronization

/// Workspaces of one energy that no thread uses at the moment, so that a call need not allocate.
final class WorkspacePool<Scalar: LaneScalar>: Sendable {
  private let system: MolecularSystem
  private let referenceAtom: Int
  private let idle = Mutex<[BlockWorkspace<Scalar>]>([])
  /// Larger workspaces, those of thousands of atoms, are given back to the system after each call.
  private static var largestKept: Int { 64 << 20 }

  init(_ system: MolecularSystem, referenceAtom: Int) {
    self.system = system
    self.referenceAtom = referenceAtom
  }

  func withWorkspace<Result>(_ body: (BlockWorkspace<Scalar>) -> Result) -> Result {
    let workspace = idle.withLock { $0.popLast() } ?? BlockWorkspace(system, referenceAtom: referenceAtom)
    defer { if workspace.byteCount <= Self.largestKept { idle.withLock { $0.append(workspace) } } }
    return body(workspace)
  }
}

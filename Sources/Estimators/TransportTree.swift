/// The spanning tree of the network simplex over sources, sinks and a root, with flows, costs and potentials.
///
/// Only arcs of the tree carry flow, so flow and cost of an arc are kept at its lower node. It stays strongly feasible
/// (Cunningham 1976, doi:10.1007/BF01580384: a positive amount can be sent from every node to the root), which excludes
/// cycling. Potentials y satisfy c − y(tail) + y(head) = 0 on it; u = y at sources and v = −y at sinks are the dual.
///
/// Memory is its own, freed with it; every index is a node: sources first, then sinks, then the root.
final class TransportTree {
  let sourceCount: Int
  let root: Int
  let nodeCount: Int

  // The tree, by node. −1 is none. `isUp`: the arc to the parent points to the parent.
  let parent: UnsafeMutablePointer<Int32>
  let firstChild: UnsafeMutablePointer<Int32>
  let nextSibling: UnsafeMutablePointer<Int32>
  let previousSibling: UnsafeMutablePointer<Int32>
  let subtreeSize: UnsafeMutablePointer<Int32>
  let isUp: UnsafeMutablePointer<Bool>
  let flow: UnsafeMutablePointer<Int64>
  let arcCost: UnsafeMutablePointer<Double>
  let potential: UnsafeMutablePointer<Double>

  /// Starts from flow that has been sent already, and from artificial arcs for the rest.
  ///
  /// Artificial arcs lead from sources to the root at cost uᵢ and from the root to sinks at cost vⱼ + penalty. With
  /// cᵢⱼ ≥ uᵢ + vⱼ and penalty > max (cᵢⱼ − uᵢ − vⱼ) over all pairs no optimal flow uses them.
  ///
  /// - Parameter sent: arcs with positive flow that form a forest, each of whose trees has at most one node that is not
  ///   satisfied; what the north-west-corner rule gives in any order of arcs.
  init(
    supplies: [Int64], demands: [Int64], u: [Double], v: [Double], penalty: Double,
    sent: [(arc: TransportArc, flow: Int64)]
  ) {
    sourceCount = supplies.count
    root = supplies.count + demands.count
    nodeCount = root + 1
    func allocate<T>(_ value: T) -> UnsafeMutablePointer<T> {
      let pointer = UnsafeMutablePointer<T>.allocate(capacity: supplies.count + demands.count + 1)
      pointer.initialize(repeating: value, count: supplies.count + demands.count + 1)
      return pointer
    }
    parent = allocate(-1)
    firstChild = allocate(-1)
    nextSibling = allocate(-1)
    previousSibling = allocate(-1)
    subtreeSize = allocate(1)
    isUp = allocate(false)
    flow = allocate(0)
    arcCost = allocate(0)
    potential = allocate(0)
    plantTree(supplies: supplies, demands: demands, u: u, v: v, penalty: penalty, sent: sent)
  }

  deinit {
    parent.deallocate()
    firstChild.deallocate()
    nextSibling.deallocate()
    previousSibling.deallocate()
    subtreeSize.deallocate()
    isUp.deallocate()
    flow.deallocate()
    arcCost.deallocate()
    potential.deallocate()
  }

  /// The dual: u at sources, v at sinks, u + v ≤ c on all arcs where the flow is optimal.
  var dual: (u: [Double], v: [Double]) {
    ((0..<sourceCount).map { potential[$0] }, (sourceCount..<root).map { -potential[$0] })
  }

  /// All arcs with flow, without artificial ones.
  var plan: [(source: Int, sink: Int, flow: Int64, cost: Double)] {
    (0..<root).compactMap { node in
      let above = Int(parent[node])
      guard flow[node] > 0, above != root else { return nil }
      return node < sourceCount
        ? (node, above - sourceCount, flow[node], arcCost[node])
        : (above, node - sourceCount, flow[node], arcCost[node])
    }
  }

  /// Whether artificial arcs still carry flow.
  var isComplete: Bool {
    (0..<root).allSatisfy { Int(parent[$0]) != root || flow[$0] == 0 }
  }

  /// Potentials from the costs of the tree alone: removes the rounding that additions left.
  func refreshPotentials() {
    potential[root] = 0
    var node = root
    while true {
      if node != root {
        let above = potential[Int(parent[node])]
        potential[node] = isUp[node] ? above + arcCost[node] : above - arcCost[node]
      }
      guard let next = successor(of: node, under: root, skipping: -1) else { return }
      node = next
    }
  }

  /// Cuts the subtree of `leaving`, makes `inner` its root and hangs it under `outer`.
  func move(
    stemFrom inner: Int, to leaving: Int, under outer: Int, join: Int, up: Bool, flow newFlow: Int64, cost: Double
  ) {
    let size = subtreeSize[leaving]
    var node = Int(parent[leaving])
    while node != join {
      subtreeSize[node] -= size
      node = Int(parent[node])
    }
    node = outer
    while node != join {
      subtreeSize[node] += size
      node = Int(parent[node])
    }

    node = inner
    var newParent = outer
    var (carriedUp, carriedFlow, carriedCost) = (up, newFlow, cost)
    var sizeBelow: Int32 = 0
    while true {
      let oldParent = Int(parent[node])
      let (oldUp, oldFlow, oldCost, oldSize) = (isUp[node], flow[node], arcCost[node], subtreeSize[node])
      detach(node)
      attach(node, under: newParent)
      (isUp[node], flow[node], arcCost[node]) = (carriedUp, carriedFlow, carriedCost)
      subtreeSize[node] = size - sizeBelow
      if node == leaving { return }
      (carriedUp, carriedFlow, carriedCost) = (!oldUp, oldFlow, oldCost)
      sizeBelow = oldSize
      newParent = node
      node = oldParent
    }
  }

  private func detach(_ node: Int) {
    let (previous, next) = (previousSibling[node], nextSibling[node])
    if previous >= 0 {
      nextSibling[Int(previous)] = next
    } else {
      firstChild[Int(parent[node])] = next
    }
    if next >= 0 { previousSibling[Int(next)] = previous }
  }

  private func attach(_ node: Int, under newParent: Int) {
    let next = firstChild[newParent]
    parent[node] = Int32(newParent)
    previousSibling[node] = -1
    nextSibling[node] = next
    if next >= 0 { previousSibling[Int(next)] = Int32(node) }
    firstChild[newParent] = Int32(node)
  }

  func shiftPotentials(under top: Int, skipping skipped: Int, by shift: Double) {
    var node = top
    while true {
      potential[node] += shift
      guard let next = successor(of: node, under: top, skipping: skipped) else { return }
      node = next
    }
  }

  /// The next node of a depth-first walk; nil at its end.
  @inline(__always)
  private func successor(of node: Int, under top: Int, skipping skipped: Int) -> Int? {
    var node = node
    var next = Int(firstChild[node])
    while true {
      if next == skipped && next >= 0 { next = Int(nextSibling[next]) }
      if next >= 0 { return next }
      if node == top { return nil }
      next = Int(nextSibling[node])
      node = Int(parent[node])
    }
  }

  // MARK: The first tree

  private func plantTree(
    supplies: [Int64], demands: [Int64], u: [Double], v: [Double], penalty: Double,
    sent: [(arc: TransportArc, flow: Int64)]
  ) {
    var rest = supplies + demands
    var neighbours = [[(node: Int, arc: Int)]](repeating: [], count: root)
    for (number, step) in sent.enumerated() {
      let (source, sink) = (Int(step.arc.source), Int(step.arc.sinkNode))
      rest[source] -= step.flow
      rest[sink] -= step.flow
      neighbours[source].append((sink, number))
      neighbours[sink].append((source, number))
    }
    precondition(rest.allSatisfy { $0 >= 0 }, "more was sent than there is")

    // Each tree of the forest hangs from the root by its node that is not satisfied, or by any one of its sources.
    var order: [Int] = []
    var reached = [Bool](repeating: false, count: root)
    func grow(from start: Int) {
      reached[start] = true
      attach(start, under: root)
      flow[start] = rest[start]
      if start < sourceCount {
        (isUp[start], arcCost[start]) = (true, u[start])
      } else {
        // A sink without a rest hangs by an arc that points up, as strong feasibility asks.
        let sink = start - sourceCount
        isUp[start] = rest[start] == 0
        arcCost[start] = rest[start] == 0 ? -v[sink] : v[sink] + penalty
      }
      var next = order.count
      order.append(start)
      while next < order.count {
        let node = order[next]
        next += 1
        for (neighbour, number) in neighbours[node] where !reached[neighbour] {
          reached[neighbour] = true
          attach(neighbour, under: node)
          isUp[neighbour] = neighbour < sourceCount
          flow[neighbour] = sent[number].flow
          arcCost[neighbour] = sent[number].arc.cost
          order.append(neighbour)
        }
      }
    }
    for node in 0..<root where rest[node] > 0 && !reached[node] { grow(from: node) }
    for node in 0..<root where !reached[node] { grow(from: node) }
    for node in order.reversed() { subtreeSize[Int(parent[node])] += subtreeSize[node] }
    refreshPotentials()
  }
}

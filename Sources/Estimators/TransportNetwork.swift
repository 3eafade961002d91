/// The network simplex for the transport problem: minimise Σ fᵢⱼ cᵢⱼ over flows f ≥ 0 from sources to sinks that meet
/// given supplies and demands, on a set of arcs that may grow.
///
/// Flows are integers, and so exact. The basis is a `TransportTree`.
///
/// Source: Ahuja, Magnanti, Orlin 1993, "Network Flows", chapter 11. Block search: Kovács 2015,
/// doi:10.1080/10556788.2014.895828.
struct TransportNetwork {
  let tree: TransportTree
  private var arcs: [TransportArc] = []
  private var scanStart = 0
  private(set) var pivotCount = 0

  /// - Parameter tree: a first basis, changed in place from now on.
  init(startingFrom tree: TransportTree) { self.tree = tree }

  mutating func add(_ newArcs: [TransportArc]) { arcs.append(contentsOf: newArcs) }

  /// Pivots until no arc has a reduced cost below −tolerance.
  mutating func optimize(tolerance: Double) {
    guard !arcs.isEmpty else { return }
    let blockSize = max(64, Int(Double(arcs.count).squareRoot()))
    let (tree, start) = (tree, scanStart)
    (scanStart, pivotCount) = arcs.withUnsafeBufferPointer { arcs in
      var pivots = pivotCount
      var scanned = 0
      var best = -tolerance
      var entering = -1
      var inBlock = 0
      var place = start < arcs.count ? start : 0
      while scanned < arcs.count {
        let arc = arcs[place]
        let reduced = arc.cost - tree.potential[Int(arc.source)] + tree.potential[Int(arc.sinkNode)]
        if reduced < best {
          best = reduced
          entering = place
        }
        place += 1
        if place == arcs.count { place = 0 }
        scanned += 1
        inBlock += 1
        if inBlock >= blockSize || scanned == arcs.count {
          inBlock = 0
          if entering >= 0 {
            Self.pivot(tree, arcs[entering], reducedCost: best)
            pivots += 1
            entering = -1
            best = -tolerance
            scanned = 0
          }
        }
      }
      return (place, pivots)
    }
    tree.refreshPotentials()
  }

  /// Brings an arc into the tree and takes out the one that this empties.
  private static func pivot(_ tree: TransportTree, _ arc: TransportArc, reducedCost: Double) {
    let (parent, subtreeSize, isUp, flow) = (tree.parent, tree.subtreeSize, tree.isUp, tree.flow)
    let tail = Int(arc.source)
    let head = Int(arc.sinkNode)

    var (a, b) = (tail, head)
    while a != b {
      if subtreeSize[a] < subtreeSize[b] { a = Int(parent[a]) } else { b = Int(parent[b]) }
    }
    let join = a

    // Along the cycle the flow falls on arcs that point against it. Of those that block, the last one seen from the join
    // on leaves: that keeps the tree strongly feasible.
    var amount = Int64.max
    var leaving = -1
    var leavesOnTailSide = true
    var node = tail
    while node != join {
      if isUp[node] && flow[node] < amount {
        amount = flow[node]
        leaving = node
      }
      node = Int(parent[node])
    }
    node = head
    while node != join {
      if !isUp[node] && flow[node] <= amount {
        amount = flow[node]
        leaving = node
        leavesOnTailSide = false
      }
      node = Int(parent[node])
    }
    precondition(leaving >= 0, "a transport problem with costs that are not negative is bounded")

    if amount > 0 {
      node = tail
      while node != join {
        flow[node] += isUp[node] ? -amount : amount
        node = Int(parent[node])
      }
      node = head
      while node != join {
        flow[node] += isUp[node] ? amount : -amount
        node = Int(parent[node])
      }
    }
    let (inner, outer) = leavesOnTailSide ? (tail, head) : (head, tail)
    tree.move(
      stemFrom: inner, to: leaving, under: outer, join: join, up: leavesOnTailSide, flow: amount, cost: arc.cost)

    // The part that was cut off is shifted, or else all the rest the other way: whichever is smaller.
    let shift = leavesOnTailSide ? reducedCost : -reducedCost
    if 2 * Int(subtreeSize[inner]) <= tree.nodeCount {
      tree.shiftPotentials(under: inner, skipping: -1, by: shift)
    } else {
      tree.shiftPotentials(under: tree.root, skipping: inner, by: -shift)
    }
  }
}

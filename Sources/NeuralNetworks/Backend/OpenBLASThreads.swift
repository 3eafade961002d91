import COpenBLAS

/// Every shard calls BLAS for itself, so BLAS must not start threads of its own.
let blasOnOneThread: Void = openblas_prepare_for_shards()

/// Calls `body` with the array's elements, or with nil.
func withPointers<Element>(_ array: [Element]?, _ body: (UnsafePointer<Element>?) -> Void) {
  guard let array else { return body(nil) }
  array.withUnsafeBufferPointer { body($0.baseAddress) }
}

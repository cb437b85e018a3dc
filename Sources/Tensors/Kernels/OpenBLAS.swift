#if !canImport(Accelerate)
  internal import Glibc
  internal import Synchronization

  /// OpenBLAS, loaded when the first product asks for it: at the start of a process it takes memory
  /// for threads that we never use, and where the system refuses memory it asks again for ever.
  struct OpenBLAS: Sendable {
    let sgemm: SingleProduct
    let dgemm: DoubleProduct

    typealias SingleProduct =
      @convention(c) (
        Int32, Int32, Int32, Int32, Int32, Int32, Float, UnsafePointer<Float>, Int32,
        UnsafePointer<Float>, Int32, Float, UnsafeMutablePointer<Float>, Int32
      ) -> Void
    typealias DoubleProduct =
      @convention(c) (
        Int32, Int32, Int32, Int32, Int32, Int32, Double, UnsafePointer<Double>, Int32,
        UnsafePointer<Double>, Int32, Double, UnsafeMutablePointer<Double>, Int32
      ) -> Void

    /// The library; the process ends with a sentence where there is none.
    static let loaded: OpenBLAS = {
      // Our own threads share the work; it must start none.
      setenv("OPENBLAS_NUM_THREADS", "1", 1)
      let library =
        dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL)
        ?? dlopen("libopenblas.so", RTLD_NOW | RTLD_LOCAL)
      guard let library, let sgemm = dlsym(library, "cblas_sgemm"),
        let dgemm = dlsym(library, "cblas_dgemm")
      else {
        let text = "allometry: OpenBLAS cannot be loaded; install libopenblas0\n"
        _ = text.withCString { write(2, $0, strlen($0)) }
        exit(69)
      }
      return OpenBLAS(
        sgemm: unsafeBitCast(sgemm, to: SingleProduct.self),
        dgemm: unsafeBitCast(dgemm, to: DoubleProduct.self))
    }()

    /// The bytes that it takes for each thread that is in a product.
    private static let bufferBytes = 130 << 20
    /// Whether the process may not take as much address space as it likes.
    private static let isConfined: Bool = {
      var limit = rlimit()
      return getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0
        && limit.rlim_cur < rlim_t(Int.max)
    }()
    private static let threads = Mutex(0)
    /// Marks threads that have been here.
    private static let mark: pthread_key_t = {
      var key = pthread_key_t()
      pthread_key_create(&key, nil)
      return key
    }()

    /// Ends the process with a sentence where there is no room for what the library takes for this
    /// thread: the library itself would try for ever.
    static func makeRoom() {
      guard isConfined, pthread_getspecific(mark) == nil else { return }
      pthread_setspecific(mark, UnsafeRawPointer(bitPattern: 1))
      threads.withLock { count in
        count += 1
        // The first one's buffer is taken by now; others may be about to take theirs.
        let bytes = max(count - 1, 1) * bufferBytes
        let room = mmap(nil, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let room, room != MAP_FAILED else { refuseMemory(bytes) }
        munmap(room, bytes)
      }
    }
  }
#endif

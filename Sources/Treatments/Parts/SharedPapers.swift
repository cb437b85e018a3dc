internal import Cards

/// Papers that several treatments rest on.
extension Citation {
  static let fasterNeighborhood = Citation(
    "Hassani et al.",
    """
    Faster Neighborhood Attention: Reducing the O(n²) Cost of Self Attention at the \
    Threadblock Level
    """, 2024, id: "209")

  static let longCatFlash = Citation(
    "Meituan LongCat Team",
    "LongCat-Flash Technical Report", 2025, id: "106")

  static let mixtureOfRecursions = Citation(
    "Bae et al.",
    """
    Mixture-of-Recursions: Learning Dynamic Recursive Depths for Adaptive \
    Token-Level Computation
    """, 2025, id: "95")

  static let smallScaleProxies = Citation(
    "Wortsman et al.",
    "Small-scale proxies for large-scale Transformer training instabilities", 2023,
    link: "arXiv:2309.14322", id: "145")
}

internal import Cards

/// The papers that the laws come from; `SOURCES.md` lists them with all others.
extension Citation {
  static let hu2023 = Citation(
    "Hu et al.", "Unlock Predictable Scaling from Emergent Abilities", 2023,
    link: "arXiv:2310.03262", id: "5")
  static let kang2023 = Citation(
    "Kang et al.",
    "Performance Scaling via Optimal Transport: Enabling Data Selection from Partially Revealed Sources",
    2023, link: "arXiv:2307.02460", id: "8")
  static let su2024 = Citation(
    "Su et al.", "Unraveling the Mystery of Scaling Laws: Part I", 2024, link: "arXiv:2403.06563",
    id: "11")
  static let tissue2024 = Citation(
    "Tissue, Wang, Wang", "Scaling Law with Learning Rate Annealing", 2024,
    link: "arXiv:2408.11029", id: "30")
  static let bahri2021 = Citation(
    "Bahri et al.", "Explaining Neural Scaling Laws", 2021, link: "arXiv:2102.06701", id: "31")
  static let nawrot2025 = Citation(
    "Nawrot et al.", "The Sparse Frontier: Sparse Attention Trade-offs in Transformer LLMs", 2025,
    link: "arXiv:2504.17768", id: "32")
  static let gadre2024 = Citation(
    "Gadre et al.", "Language models scale reliably with over-training and on downstream tasks",
    2024, link: "arXiv:2403.08540", id: "37")
  static let hestness2017 = Citation(
    "Hestness et al.", "Deep Learning Scaling is Predictable, Empirically", 2017,
    link: "arXiv:1712.00409", id: "42")
  static let farseer2025 = Citation(
    "Li et al.", "Farseer: A Refined Scaling Law in Large Language Models", 2025,
    link: "arXiv:2506.10972", id: "48")
  static let raghavendra2024 = Citation(
    "Raghavendra, Nath, Hendryx", "Revisiting the Superficial Alignment Hypothesis", 2024,
    link: "arXiv:2410.03717", id: "55")
  static let huang2025 = Citation(
    "Huang et al.",
    "CAST: Continuous and Differentiable Semi-Structured Sparsity-Aware Training for Large Language Models",
    2025, link: "arXiv:2509.25996", id: "67")
  static let khatri2025 = Citation(
    "Khatri et al.", "The Art of Scaling Reinforcement Learning Compute for LLMs", 2025,
    link: "arXiv:2510.13786", id: "75")
  static let yao2024 = Citation(
    "Yao et al.", "Towards Neural Scaling Laws for Time Series Foundation Models", 2024,
    link: "arXiv:2410.12360", id: "79")
  static let li2024 = Citation(
    "Li et al.", "On the Scalability of Diffusion-based Text-to-Image Generation", 2024,
    link: "arXiv:2404.02883", id: "90")
  static let nezhurina2025 = Citation(
    "Nezhurina et al.",
    "Scaling Laws for Robust Comparison of Open Foundation Language-Vision Models and Datasets",
    2025, link: "arXiv:2506.04598", id: "105")
  static let chen2025 = Citation(
    "Chen et al.", "Parallel Scaling Law for Language Models", 2025, link: "arXiv:2505.10475",
    id: "108")
  static let goyal2024 = Citation(
    "Goyal et al.", "Scaling Laws for Data Filtering: Data Curation cannot be Compute Agnostic",
    2024, link: "arXiv:2404.07177", id: "124")
  static let ghorbani2021 = Citation(
    "Ghorbani et al.", "Scaling Laws for Neural Machine Translation", 2021,
    link: "arXiv:2109.07740", id: "126")
  static let liu2024 = Citation(
    "Liu et al.", "RegMix: Data Mixture as Regression for Language Model Pre-training", 2024,
    link: "arXiv:2407.01492", id: "134")
  static let hernandez2022 = Citation(
    "Hernandez et al.", "Scaling Laws and Interpretability of Learning from Repeated Data", 2022,
    link: "arXiv:2205.10487", id: "135")
  static let sun2025 = Citation(
    "Sun et al.", "Scaling Laws for Floating Point Quantization Training", 2025,
    link: "arXiv:2501.02423", id: "136")
  static let henighan2020 = Citation(
    "Henighan et al.", "Scaling Laws for Autoregressive Generative Modeling", 2020,
    link: "arXiv:2010.14701", id: "140")
  static let isik2024 = Citation(
    "Isik et al.", "Scaling Laws for Downstream Task Performance of Large Language Models", 2024,
    link: "arXiv:2402.04177", id: "141")
  static let liu2025 = Citation(
    "Liu, Liu, Gore", "Superposition Yields Robust Neural Scaling", 2025, link: "arXiv:2505.10465",
    id: "142")
  static let fernandes2023 = Citation(
    "Fernandes et al.", "Scaling Laws for Multilingual Neural Machine Translation", 2023,
    link: "arXiv:2302.09650", id: "149")
  static let kaplan2020 = Citation(
    "Kaplan et al.", "Scaling Laws for Neural Language Models", 2020, link: "arXiv:2001.08361",
    id: "L1")
  static let hoffmann2022 = Citation(
    "Hoffmann et al.", "Training Compute-Optimal Large Language Models", 2022,
    link: "arXiv:2203.15556", id: "L2")
  static let besiroglu2024 = Citation(
    "Besiroglu et al.", "Chinchilla Scaling: A replication attempt", 2024, link: "arXiv:2404.10102",
    id: "L3")
  static let skaling2026 = Citation(
    "", "A law of size and data under a common power (known to us as \"Skaling\")", 2026, id: "L5")
  static let muennighoff2023 = Citation(
    "Muennighoff et al.", "Scaling Data-Constrained Language Models", 2023,
    link: "arXiv:2305.16264", id: "L6")
  static let caballero2022 = Citation(
    "Caballero et al.", "Broken Neural Scaling Laws", 2022, link: "arXiv:2210.14891", id: "L7")
  static let alabdulmohsin2022 = Citation(
    "Alabdulmohsin, Neyshabur, Zhai", "Revisiting Neural Scaling Laws in Language and Vision", 2022,
    link: "arXiv:2209.06640", id: "L8")
  static let tao2024 = Citation(
    "Tao et al.", "Scaling Laws with Vocabulary: Larger Models Deserve Larger Vocabularies", 2024,
    link: "arXiv:2407.13623", id: "L9")
  static let clark2022 = Citation(
    "Clark et al.", "Unified Scaling Laws for Routed Language Models", 2022,
    link: "arXiv:2202.01169", id: "L10")
  static let krajewski2024 = Citation(
    "Krajewski et al.", "Scaling Laws for Fine-Grained Mixture of Experts", 2024,
    link: "arXiv:2402.07871", id: "L10b")
  static let kumar2024 = Citation(
    "Kumar et al.", "Scaling Laws for Precision", 2024, link: "arXiv:2411.04330", id: "L11")
  static let mccandlish2018 = Citation(
    "McCandlish et al.", "An Empirical Model of Large-Batch Training", 2018,
    link: "arXiv:1812.06162", id: "L12")
  static let luo2025 = Citation(
    "Luo et al.", "A Multi-Power Law for Loss Curve Prediction Across Learning Rate Schedules",
    2025, link: "arXiv:2503.12811", id: "L14")
  static let bhagia2024 = Citation(
    "Bhagia et al.", "Establishing Task Scaling Laws via Compute-Efficient Model Ladders", 2024,
    link: "arXiv:2412.04403", id: "L16")
  static let stepLaw2025 = Citation(
    "Li et al.",
    "Predictable Scale: Part I, Step Law: Optimal Hyperparameter Scaling Law in Large Language Model Pretraining",
    2025, link: "arXiv:2503.04715", id: "L17")
  static let ye2024 = Citation(
    "Ye et al.",
    "Data Mixing Laws: Optimizing Data Mixtures by Predicting Language Modeling Performance", 2024,
    link: "arXiv:2403.16952", id: "L18")
  static let busbridge2025 = Citation(
    "Busbridge et al.", "Distillation Scaling Laws", 2025, link: "arXiv:2502.08606", id: "L19")
  static let abnar2025 = Citation(
    "Abnar et al.",
    "Parameters vs FLOPs: Scaling Laws for Optimal Sparsity for Mixture-of-Experts Language Models",
    2025, link: "arXiv:2501.12370", id: "L20")
  static let ludziejewski2025 = Citation(
    "Ludziejewski et al.", "Joint MoE Scaling Laws: Mixture of Experts Can Be Memory Efficient",
    2025, link: "arXiv:2502.05172", id: "L21")
}

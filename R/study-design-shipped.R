# The calls that make the studies shipped with the package: their designs and seeds.
shipped_studies <- function() {
  few <- function(n) list(n_markers = n, marker_blocks = 3, signal_markers = 2)
  call <- function(design, seed, ...) list(design = do.call(design, list(...)), seed = seed)
  markers <- function(design, seed, n, ...) do.call(call, c(list(design, seed), few(n), list(...)))
  list(
    guided_study = call(design_guided_therapy, 20250101),
    biomarker_study = markers(design_biomarker_cohort, 20250102, 12, patients = 80),
    rechallenge_study = call(design_rechallenge, 20250103, patients = 100),
    perioperative_study = markers(design_perioperative, 20250104, 12, patients = 80, validation = 40),
    irae_study = markers(design_irae_risk, 20250105, 6, patients = 90)
  )
}

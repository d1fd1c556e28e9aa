#' Simulated studies
#'
#' One small study of each design, **simulated** by [simulate_study()]: no patient in them exists. `STUDYID`
#' says so in each row of the subjects, [study_truth()] gives what was planted. `data-raw/simulated_studies.R`
#' in the sources of the package made them.
#'
#' - `guided_study`: 120 patients with refractory solid tumours, therapy guided by sequencing.
#' - `biomarker_study`: 80 patients under immune checkpoint inhibitors, 12 markers at baseline and every six
#'   weeks until week 30.
#' - `rechallenge_study`: 100 patients, all with an immune-related adverse event, some of them rechallenged.
#' - `perioperative_study`: 80 patients and 40 for validation after neoadjuvant immunotherapy and lung
#'   surgery.
#' - `irae_study`: 90 patients of six hospitals, 12 of them with systemic autoimmune disease.
#'
#' @format Objects of class `tte_study`; [study()] says what their tables hold.
#' @source Simulated.
#' @examples
#' guided_study
#' derive_endpoint(guided_study, "OS")
#' utils::head(study_truth(guided_study)$persons)
#' @name simulated_studies
#' @aliases guided_study biomarker_study rechallenge_study perioperative_study irae_study
NULL

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

#' Descriptions of studies to simulate
#'
#' A description says everything [simulate_study()] needs to know of a study: how many patients, how fast they
#' come, when they are seen, the hazards of what can happen to them and the effects that are planted. Each
#' function is one kind of study; every quantity is an argument, checked at once with all others, and print
#' says it in a sentence.
#'
#' - `design_biomarker_cohort()`: immune checkpoint inhibitors, blood samples with many markers;
#'   immune-related adverse events (irAE), progression and death.
#' - `design_guided_therapy()`: refractory solid tumours, groups by the therapy started first; a sequencing
#'   report some weeks later, after which a therapy guided by it may begin; progression, a second guided
#'   therapy, death.
#' - `design_rechallenge()`: everybody has an irAE. Counted from its onset, with entry at enrolment:
#'   resolution, rechallenge, recurrence, progression, death.
#' - `design_perioperative()`: from lung surgery after neoadjuvant immunotherapy on: locoregional and distant
#'   recurrence, new primaries, death; a discovery cohort and a prospective validation cohort.
#' - `design_irae_risk()`: as the first, with hospitals that differ, patients who had an autoimmune disease
#'   before, markers of the interferon type, and a cohort with systemic autoimmune disease to compare with.
#'   Visits are called V1 (before the first dose), V2, ...; blood is taken at V1, V5 and V7.
#'
#' @section Model: The states of a patient are a continuous-time path whose transition \eqn{k} has the hazard
#'   \deqn{\lambda_k(t \mid x) = \lambda_{0k}(t) \exp(\beta_k' x),}
#'   with \eqn{\lambda_{0k}} constant or piecewise constant since the patient's start (recurrence under
#'   rechallenge: since the rechallenge). A median \eqn{m} in months stands for the rate \eqn{\log(2) / m}: it
#'   is the median time if nothing else could happen, of patients whose hazard ratios are all 1. A month is
#'   30.4375 days. Hazard ratios multiply the hazards of the transitions that their sentences name.
#'   Patients enter as a Poisson process, are lost at a constant rate, and are followed until the data cut.
#'   An event at time \eqn{t} has the date of the start plus the whole days of \eqn{t}, so that
#'   `AVAL > d` in an ADTTE means \eqn{t > d}.
#' @section Response: A patient's tumours begin to shrink at the start, or, where `response_visit` has the
#'   response begin by a later visit, at the visit before that one; with \eqn{s_k} the share of visit \eqn{k}.
#'   Who can respond by visit \eqn{k} is free of progression, alive, followed and seen then. Of these so many
#'   do that `orr` is the proportion of all patients of the group and \eqn{s_k} that of the responses; an
#'   `orr` above what can be reached, \eqn{1 / \sum_k s_k / r_k} with the proportion \eqn{r_k} of those who
#'   can, is an error. Shares of visits that are not planned go to those that are. Who is to stay free of
#'   progression longer responds more often: the normal scores of response and of the remaining time to
#'   progression or death, within the group, have the correlation `response_prognosis`.
#' @section Unseen progression: Until a scan shows a progression, guided therapy and rechallenge begin at
#'   the rates from before it, so that in the tables who is treated does not tell of a scan to come. What
#'   begins so changes nothing in the path. Without an effect, a Cox model of progression-free survival with
#'   the therapy as a time-dependent covariate is then unbiased; an effect is estimated nearer to 1 than
#'   planted, because progressions from before the therapy are seen under it: less so, the more often patients
#'   are seen.
#'
#' @param patients Number of patients; `validation` those of the validation cohort.
#' @param validation Number of patients of the validation cohort, enrolled after the others.
#' @param groups Probabilities of the groups, named by them; the first is the reference. In a cohort the group
#'   is the therapy that was started first.
#' @param progression Median months to progression, one or one for each group.
#' @param death Monthly rate of death before progression.
#' @param death_after Median months from progression to death.
#' @param orr Probability of an objective response, one or one for each group.
#' @param irae Monthly rate of the first irAE: one number, or several named by the month since the first dose
#'   from which they hold, `c("0" = 0.1, "3" = 0.05)`.
#' @param irae_after Hazard ratio of the first irAE after progression.
#' @param irae_again Monthly rate of a further irAE once one has resolved, before progression.
#' @param irae_resolution Median months until an irAE resolves.
#' @param irae_stop Probability that the first irAE stops the treatment.
#' @param treatment_stop Monthly rate at which treatment stops for other reasons.
#' @param hr_irae_progression Hazard ratio of progression from the first irAE on.
#' @param hr_irae_death Hazard ratio of death before progression while an irAE is active.
#' @param hr_group_irae Hazard ratios of the first irAE, by group.
#' @param hr_score_irae,hr_score_progression Hazard ratios of the first irAE and of progression (recurrence)
#'   for one standard deviation of the latent scores `SCORE_IRAE` and `SCORE_PROG`, independent standard
#'   normal variables of the patient that nobody observes. The first `signal_markers` markers carry
#'   `SCORE_IRAE`, the next ones `SCORE_PROG` (in the perioperative design the first ones, there is no other).
#'   With 1 the markers that carry a score have no effect.
#' @param autoimmune,hr_autoimmune Proportion of the treated patients who had an autoimmune disease before,
#'   and the hazard ratio of their first irAE. The registration gives no number: the default is an assumption.
#' @param centres,hr_centre Proportions of the patients by hospital, and the hospitals' hazard ratios of the
#'   first irAE.
#' @param comparison Number of patients with systemic autoimmune disease who get no checkpoint inhibitor: the
#'   cohort that [comparison_cohort()] draws. They are not among the `patients`.
#' @param flare Monthly rate of the first flare in that cohort, since the sample in remission.
#' @param remission_shift,flare_shift By how many standard deviations (of the logarithm) the markers of the
#'   interferon type, those that carry `SCORE_IRAE`, lie higher in remission and at a flare than in treated
#'   patients before the first dose (`V1`). The limit of detection is the assay's and stays, so the share of
#'   values below it, `below_limit` at `V1`, falls as the level rises.
#' @param actionable Probability of an actionable variant.
#' @param report_weeks Weeks from the first dose to the sequencing report, the same for every patient.
#' @param guided_rate Monthly rate at which guided therapy starts from the report on, before progression is
#'   seen, of those with an actionable variant; `guided_after` the same after progression.
#' @param guided_after Monthly rate of a first guided therapy after progression.
#' @param second_guided Monthly rate of a second guided therapy after progression on the first.
#' @param hr_guided,hr_guided_death Hazard ratio of progression from the start of guided therapy on, and of
#'   death while it lasts: until progression on it, or for good if it began after progression.
#' @param hr_ecog Hazard ratio of progression and death for each grade of ECOG at baseline.
#' @param severe Probability that the first irAE is of grade 3 or more.
#' @param enrolment_delay Mean months from the first irAE to enrolment (exponential).
#' @param rechallenge Monthly rate of rechallenge after resolution.
#' @param recurrence Monthly rate of recurrence under rechallenge; named, since the rechallenge.
#' @param hr_severe,hr_severe_recurrence Hazard ratios of rechallenge and of recurrence after a severe first
#'   irAE.
#' @param hr_endocrine Hazard ratio of resolution of an endocrine irAE.
#' @param hr_rechallenge Hazard ratio of progression from rechallenge on.
#' @param in_response Probability of being in response, not in stable disease, when the irAE begins.
#' @param stage,hr_stage Probabilities of the stages, and their hazard ratios of recurrence.
#' @param major_response,hr_major_response Probability of a major pathological response, and its hazard ratio
#'   of recurrence.
#' @param local,distant Monthly rates of locoregional and of distant recurrence.
#' @param death_free,death_recurred Monthly rate of death without recurrence; median months from recurrence to
#'   death.
#' @param distant_after_local Monthly rate of distant after locoregional recurrence.
#' @param new_primary Monthly rate of a new primary in the lung, which is neither event nor censoring of RFS.
#' @param ct_days,plasma_days Earliest and latest day after surgery of the first CT and of the first plasma.
#' @param ct_correlation Correlation of the CT score with `SCORE_PROG`.
#' @param first_patient,accrual,cut Date on which recruitment opens; patients a month, one number or several
#'   named by the date from which they hold, the first of them `first_patient`; date of the data cut.
#' @param ... Any of the shared arguments below.
#' @section Shared arguments: with their defaults, unless the function says another; a design has those of the
#'   tables that it has.
#'
#' `r design_term_words()`
#' @return An object of class `tte_design`.
#' @section Errors: `tte_error_input` lists all arguments that are wrong, also unknown ones: rates below 0,
#'   probabilities outside 0 to 1, accrual that does not end before the cut, nobody, no visit, an `orr` out of
#'   reach.
#' @seealso [simulate_study()]
#' @examples
#' design_guided_therapy(patients = 60, hr_guided = 0.5)
#' @name study_designs
NULL

#' @rdname study_designs
#' @export
design_biomarker_cohort <- function(patients = 200, groups = c("Anti-PD-1" = 0.7, "Combination" = 0.3),
                                    progression = c(7, 9), death = 0.008, death_after = 10,
                                    orr = c(0.30, 0.38),
                                    irae = c("0" = 0.10, "3" = 0.06, "6" = 0.02), irae_after = 0.5,
                                    irae_again = 0.03, irae_resolution = 1.5, irae_stop = 0.25,
                                    treatment_stop = 0.01, hr_irae_progression = 0.75, hr_irae_death = 1.5,
                                    hr_group_irae = c(1, 1.8), hr_score_irae = 1.6,
                                    hr_score_progression = 1.5, first_patient = "2021-02-01", accrual = 8,
                                    cut = "2024-12-31", ...) {
  new_study_design("biomarker_cohort", as.list(environment()), list(...), list(
    n_markers = 2000, marker_blocks = 40, signal_markers = 20, scans_after = 1, pseudoprogression = 0.05,
    last_visit = 132
  ))
}

#' @rdname study_designs
#' @export
design_guided_therapy <- function(patients = 120,
                                  groups = c(
                                    Chemotherapy = 0.4, "Targeted therapy" = 0.35, Immunotherapy = 0.25
                                  ),
                                  progression = c(4, 6, 5), death = 0.012, death_after = 7,
                                  orr = c(0.15, 0.30, 0.20), actionable = 0.45, report_weeks = 4,
                                  guided_rate = 0.9, guided_after = 0.35, second_guided = 0.08,
                                  hr_guided = 0.55, hr_guided_death = 0.8, hr_ecog = 1.3,
                                  treatment_stop = 0.01, first_patient = "2021-06-01", accrual = 6,
                                  cut = "2024-06-30", ...) {
  new_study_design("guided_therapy", as.list(environment()), list(...), list(last_visit = 144))
}

#' @rdname study_designs
#' @export
design_rechallenge <- function(patients = 500, groups = c("Anti-PD-1" = 0.75, "Combination" = 0.25),
                               progression = c(10, 12), death = 0.008, death_after = 12,
                               irae = c("0" = 0.12, "3" = 0.06, "6" = 0.02, "12" = 0.005),
                               severe = 0.35, irae_resolution = 1.2, hr_endocrine = 0.25,
                               enrolment_delay = 2, rechallenge = 0.25, hr_severe = 0.6,
                               recurrence = c("0" = 0.12, "3" = 0.05), hr_severe_recurrence = 1.4,
                               hr_rechallenge = 0.8, in_response = 0.4, treatment_stop = 0.02,
                               first_patient = "2022-01-03",
                               accrual = 20, cut = "2025-12-31", ...) {
  new_study_design("rechallenge", as.list(environment()), list(...), list(visit_weeks = 9, last_visit = 180))
}

#' @rdname study_designs
#' @export
design_perioperative <- function(patients = 200, validation = 100,
                                 stage = c(IB = 0.15, II = 0.35, IIIA = 0.4, IIIB = 0.1),
                                 hr_stage = c(1, 1.3, 1.8, 2.4), major_response = 0.4,
                                 hr_major_response = 0.4, hr_score_progression = 1.6, local = 0.006,
                                 distant = 0.009, death_free = 0.002, distant_after_local = 0.04,
                                 death_recurred = 14, new_primary = 0.001, ct_days = c(21, 56),
                                 plasma_days = c(14, 42), ct_correlation = 0.6,
                                 first_patient = "2018-01-08",
                                 accrual = c("2018-01-08" = 5, "2021-07-01" = 6),
                                 cut = "2025-06-30", ...) {
  new_study_design("perioperative", as.list(environment()), list(...), list(
    visit_weeks = 13, last_visit = 260, visit_window = 21, visit_delay = 7, ae_rate = 1.5,
    signal_markers = 15,
    n_markers = 300, marker_blocks = 15, sample_weeks = c(13, 26, 52), dropout = 0.003
  ))
}

#' @rdname study_designs
#' @export
design_irae_risk <- function(patients = 300, groups = c("Anti-PD-1" = 0.7, "Combination" = 0.3),
                             progression = c(9, 11), death = 0.008, death_after = 11, orr = c(0.28, 0.35),
                             irae = c("0" = 0.09, "3" = 0.05, "6" = 0.02), irae_after = 0.5,
                             irae_again = 0.03, irae_resolution = 1.5, irae_stop = 0.25,
                             treatment_stop = 0.01, hr_irae_progression = 0.8, hr_irae_death = 1.5,
                             hr_group_irae = c(1, 1.7), hr_score_irae = 1.5, hr_score_progression = 1,
                             autoimmune = 2 / 15, hr_autoimmune = 2,
                             centres = c(A = 0.3, B = 0.2, C = 0.15, D = 0.15, E = 0.1, F = 0.1),
                             hr_centre = c(1, 1.2, 0.8, 1.1, 0.9, 1.3), comparison = 40, flare = 0.08,
                             remission_shift = 0.5, flare_shift = 1.5, first_patient = "2022-03-01",
                             accrual = 12, cut = "2025-12-31", ...) {
  new_study_design("irae_risk", as.list(environment()), list(...), list(
    n_markers = 40, marker_blocks = 5, signal_markers = 6, sample_weeks = c(0, 24, 36), scans_after = 1,
    pseudoprogression = 0.04, last_visit = 144
  ))
}

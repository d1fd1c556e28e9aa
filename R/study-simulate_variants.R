# Simulated tumour variants: a panel of genes, sequenced from the biopsy at enrolment.

# How often a gene of the panel is altered in solid tumours, the therapy that it leads to, if any, and what is
# given when the tumour has become resistant to that.
gene_panel <- utils::read.table(
  text = "
gene   | variant          | prevalence | therapy                      | after_resistance
TP53   | p.R175H          | 0.45       |                              |
KRAS   | p.G12D           | 0.18       |                              |
CDKN2A | deletion         | 0.12       |                              |
PTEN   | p.R130*          | 0.08       |                              |
ARID1A | p.Q1334del       | 0.07       |                              |
SMAD4  | p.R361H          | 0.05       |                              |
STK11  | p.F354L          | 0.05       |                              |
RB1    | splice           | 0.04       |                              |
PIK3CA | p.H1047R         | 0.14       | PI3K inhibitor               | AKT inhibitor
ERBB2  | amplification    | 0.07       | HER2 antibody-drug conjugate | HER2 kinase inhibitor
EGFR   | p.L858R          | 0.06       | EGFR inhibitor               | EGFR and MET antibody
BRCA2  | frameshift       | 0.05       | PARP inhibitor               | ATR inhibitor
BRAF   | p.V600E          | 0.04       | BRAF and MEK inhibitors      | Pan-RAF inhibitor
FGFR2  | fusion           | 0.04       | FGFR inhibitor               | Covalent FGFR inhibitor
MET    | exon 14 skipping | 0.03       | MET inhibitor                | MET antibody-drug conjugate
RET    | fusion           | 0.02       | RET inhibitor                | Second RET inhibitor
NTRK1  | fusion           | 0.01       | TRK inhibitor                | Second TRK inhibitor
",
  sep = "|", header = TRUE, strip.white = TRUE, na.strings = "", stringsAsFactors = FALSE
)

# A row for each altered gene. Where the cohort says who is actionable, these have one gene that leads to a
# therapy, and the others none; elsewhere each gene is altered by its prevalence, whatever happens afterwards.
simulate_variants <- function(design, cohort, seed) {
  if (!design$kind %in% c("biomarker_cohort", "guided_therapy")) {
    return(NULL)
  }
  persons <- cohort$persons
  altered <- variant_draws(persons, seed)[, seq_len(nrow(gene_panel)), drop = FALSE] <
    rep(gene_panel$prevalence, each = nrow(persons))
  if (!is.null(persons[["ACTIONABLE"]])) {
    altered[, leading_genes] <- FALSE
    act <- which(persons$ACTIONABLE)
    altered[cbind(act, actionable_gene(persons, seed)[act])] <- TRUE
  }
  at <- which(altered, arr.ind = TRUE)
  variant_table(at[order(at[, 1], at[, 2]), , drop = FALSE], persons, seed)
}

leading_genes <- which(!is.na(gene_panel$therapy))

variant_draws <- function(persons, seed) {
  draw_persons(seed, "variants", persons$person, nrow(gene_panel) + 1)
}

# The row of the panel that an actionable person's therapy follows from.
actionable_gene <- function(persons, seed) {
  u <- variant_draws(persons, seed)[, nrow(gene_panel) + 1]
  leading_genes[pick(u, gene_panel$prevalence[leading_genes])]
}

variant_table <- function(at, persons, seed) {
  row <- at[, 1]
  gene <- at[, 2]
  fraction <- draw_things(seed, "variant_details", persons$person[row], gene, 1)
  actionable <- gene %in% leading_genes
  table <- data.frame(
    USUBJID = persons$USUBJID[row], ADT = persons$ENRLDT[row], GENE = gene_panel$gene[gene],
    VARIANT = gene_panel$variant[gene], VAF = round(0.03 + 0.5 * fraction[, 1], 3),
    ACTFL = yes_no(actionable), THERAPY = gene_panel$therapy[gene]
  )
  if (!is.null(persons[["T_GUIDED"]])) {
    table$GUIDEFL <- yes_no(actionable & began(persons$T_GUIDED, persons)[row])
  }
  table
}

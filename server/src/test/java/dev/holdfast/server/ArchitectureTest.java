package dev.holdfast.server;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalUnit;
import org.junit.jupiter.api.Test;

/** The arrows of the house: {@code runtime → api → ledger ← store}. */
class ArchitectureTest {
  private static final String ROOT = "dev.holdfast.server.";
  private static final JavaClasses SERVER =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.holdfast.server");

  @Test
  void arrowsRunOneWay() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("runtime")
        .definedBy(ROOT + "runtime..")
        .layer("api")
        .definedBy(ROOT + "api..")
        .layer("ledger")
        .definedBy(ROOT + "ledger..")
        .layer("store")
        .definedBy(ROOT + "store..")
        .whereLayer("runtime")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("api")
        .mayOnlyBeAccessedByLayers("runtime")
        .whereLayer("store")
        .mayOnlyBeAccessedByLayers("runtime")
        .whereLayer("ledger")
        .mayOnlyBeAccessedByLayers("runtime", "api", "store")
        .check(SERVER);
  }

  @Test
  void noPackageIsInACircle() {
    slices().matching(ROOT + "(**)").should().beFreeOfCycles().check(SERVER);
  }

  @Test
  void theLedgerNeedsTheJdkAlone() {
    classes()
        .that()
        .resideInAPackage(ROOT + "ledger..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java.lang..",
            "java.util..",
            "java.math..",
            "java.time..",
            ROOT + "ledger..",
            "org.jspecify..")
        .check(SERVER);
  }

  @Test
  void theRulesKnowNoClock() {
    noClasses()
        .that()
        .resideInAnyPackage(ROOT + "ledger.rules..", ROOT + "ledger.books..")
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Instant.class, "now")
        .orShould()
        .dependOnClassesThat(
            resideInAPackage("java.time..")
                // A time that is given can be spelled.
                .and(not(belongToAnyOf(Instant.class, ChronoUnit.class, TemporalUnit.class))))
        .check(SERVER);
  }

  @Test
  void oneRoomKnowsSqlite() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "store.sqlite..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.sql..", "org.sqlite..")
        .check(SERVER);
  }

  @Test
  void oneRoomKnowsTheMessages() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "api..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.holdfast.v1..", "com.google.rpc..")
        .check(SERVER);
  }
}

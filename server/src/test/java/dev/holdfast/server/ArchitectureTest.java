package dev.holdfast.server;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalUnit;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The arrows of the house: {@code runtime → api → ledger ← store}. */
class ArchitectureTest {
  private static final String ROOT = "dev.holdfast.server.";

  /** Files, with that of the package itself. */
  private static final int LARGEST_ROOM = 20;

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
        .resideInAnyPackage(
            ROOT + "ledger.rules..", ROOT + "ledger.view..", ROOT + "ledger.books..")
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
  void eachEngineIsKnownInItsRoomAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "store.sqlite..", ROOT + "store.postgresql..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.sql..", "javax.sql..")
        .check(SERVER);
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "store.sqlite..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.sqlite..")
        .check(SERVER);
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "store.postgresql.connection")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.postgresql..", "com.zaxxer.hikari..")
        .check(SERVER);
    noClasses()
        .that()
        .resideInAPackage(ROOT + "store.sqlite..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + "store.postgresql..")
        .orShould()
        .dependOnClassesThat()
        .resideInAPackage("javax.sql..")
        .check(SERVER);
  }

  @Test
  void aMoveKnowsNoEngine() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "store.move")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ROOT + "store.sqlite..", ROOT + "store.postgresql..")
        .check(SERVER);
  }

  @Test
  void theRoomsOfThePostgresqlEngineKnowOnlyThoseBelow() {
    String postgresql = ROOT + "store.postgresql";
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("engine")
        .definedBy(postgresql)
        .layer("rows")
        .definedBy(postgresql + ".rows")
        .layer("connection")
        .definedBy(postgresql + ".connection")
        .whereLayer("engine")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("rows")
        .mayOnlyBeAccessedByLayers("engine")
        .check(SERVER);
    noClasses()
        .that()
        .resideInAPackage(postgresql + "..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + "store.sqlite..")
        .check(SERVER);
  }

  @Test
  void theRoomsOfTheSqliteEngineKnowOnlyThoseBelow() {
    String sqlite = ROOT + "store.sqlite";
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("move")
        .definedBy(sqlite + ".move")
        .layer("backup")
        .definedBy(sqlite + ".backup")
        .layer("mark")
        .definedBy(sqlite + ".mark")
        .layer("engine")
        .definedBy(sqlite)
        .layer("releases")
        .definedBy(sqlite + ".releases")
        .layer("memtable")
        .definedBy(sqlite + ".memtable")
        .layer("rows")
        .definedBy(sqlite + ".rows")
        .layer("connection")
        .definedBy(sqlite + ".connection")
        .layer("directory")
        .definedBy(sqlite + ".directory")
        .whereLayer("move")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("backup")
        .mayOnlyBeAccessedByLayers("move")
        .whereLayer("mark")
        .mayOnlyBeAccessedByLayers("backup", "move")
        .whereLayer("engine")
        .mayOnlyBeAccessedByLayers("mark", "backup", "move")
        .whereLayer("releases")
        .mayOnlyBeAccessedByLayers("engine")
        .whereLayer("memtable")
        .mayOnlyBeAccessedByLayers("engine")
        .whereLayer("directory")
        .mayOnlyBeAccessedByLayers("connection", "engine", "mark", "backup", "move")
        .check(SERVER);
  }

  @Test
  void theOperatorsCommandsAreAClient() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "operator..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.holdfast.server..")
                .and(not(resideInAnyPackage(ROOT + "operator..", ROOT + "flags"))))
        .check(SERVER);
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "operator..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.holdfast.client..")
        .check(SERVER);
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "operator..", ROOT + "runtime")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + "operator..")
        .check(SERVER);
  }

  @Test
  void noRoomHasTwoJobs() {
    Map<String, Long> files =
        SERVER.stream()
            .filter(JavaClass::isTopLevelClass)
            .collect(groupingBy(JavaClass::getPackageName, counting()));
    files.values().removeIf(count -> count <= LARGEST_ROOM);
    assertEquals(Map.of(), files);
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

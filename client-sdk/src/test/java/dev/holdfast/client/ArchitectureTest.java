package dev.holdfast.client;

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
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The arrows of the SDK: the client on internals, these on requests and results, all on values. */
class ArchitectureTest {
  private static final String ROOT = "dev.holdfast.client";
  private static final String INTERNAL = ROOT + ".internal";

  /** Files, with that of the package itself. */
  private static final int LARGEST_ROOM = 20;

  private static final JavaClasses SDK =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  @Test
  void arrowsRunOneWay() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("client")
        .definedBy(ROOT)
        .layer("sale")
        .definedBy(INTERNAL + ".sale")
        .layer("calls")
        .definedBy(INTERNAL + ".calls")
        .layer("changes")
        .definedBy(INTERNAL + ".changes")
        .layer("wire")
        .definedBy(INTERNAL + ".wire")
        .layer("ids")
        .definedBy(INTERNAL + ".ids")
        .layer("results")
        .definedBy(ROOT + ".results")
        .layer("requests")
        .definedBy(ROOT + ".requests")
        .layer("errors")
        .definedBy(ROOT + ".errors")
        .layer("model")
        .definedBy(ROOT + ".model")
        .ensureAllClassesAreContainedInArchitecture()
        .whereLayer("client")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("sale")
        .mayOnlyBeAccessedByLayers("client")
        .whereLayer("calls")
        .mayOnlyBeAccessedByLayers("client", "sale")
        .whereLayer("changes")
        .mayOnlyAccessLayers("wire")
        .whereLayer("wire")
        .mayOnlyAccessLayers("results", "requests", "errors", "model")
        .whereLayer("results")
        .mayOnlyAccessLayers("errors", "model")
        .whereLayer("requests")
        .mayOnlyAccessLayers("model", "ids")
        .whereLayer("errors")
        .mayOnlyAccessLayers("model")
        .whereLayer("model")
        .mayNotAccessAnyLayer()
        .whereLayer("ids")
        .mayNotAccessAnyLayer()
        .check(SDK);
  }

  @Test
  void noPackageIsInACircle() {
    slices().matching("dev.(**)").should().beFreeOfCycles().check(SDK);
  }

  @Test
  void valuesAndErrorsKnowNoMessages() {
    noClasses()
        .that()
        .resideInAnyPackage(
            ROOT + ".model", ROOT + ".requests", ROOT + ".results", ROOT + ".errors")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.holdfast.v1..", "com.google..", "io.grpc..")
        .check(SDK);
  }

  @Test
  void noRoomHasTwoJobs() {
    Map<String, Long> files =
        SDK.stream()
            .filter(JavaClass::isTopLevelClass)
            .collect(groupingBy(JavaClass::getPackageName, counting()));
    files.values().removeIf(count -> count <= LARGEST_ROOM);
    assertEquals(Map.of(), files);
  }
}
